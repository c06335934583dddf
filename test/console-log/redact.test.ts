import { describe, expect, it } from 'vitest';
import { plainText, redact } from '../../src/console/redact.ts';

describe('redact', () => {
  it.each([
    ['password: hunter2', 'password: [removed]'],
    ['  "password": "two words", "user": "bob"', '  "password": [removed], "user": "bob"'],
    ["export OS_PASSWORD='s3cr3t x'", 'export OS_PASSWORD=[removed]'],
    ['MYSQL_ROOT_PASSWORD=abc123;next', 'MYSQL_ROOT_PASSWORD=[removed];next'],
    ['+ mysql --user root --password hunter2 db', '+ mysql --user root --password [removed] db'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'aws_secret_access_key = [removed]'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'key [removed] used'],
    ['X-Auth-Token: gAAAAAB', 'X-Auth-Token: [removed]'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: [removed]'],
    ['curl -H Bearer abcdefghijklmnop123', 'curl -H Bearer [removed]'],
    [`token gAAAAAB${'x'.repeat(60)} given`, 'token [removed] given'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def ok', 'jwt [removed] ok'],
    ['slack xoxb-1234567890-abcdef', 'slack [removed]'],
    ['git clone https://bot:hunter2@git.example.org/x.git', 'git clone https://bot:[removed]@git.example.org/x.git'],
    ['root:$6$saltsalt$abcdefghijklmnop/xyz.:19000:0', 'root:[removed]:19000:0'],
    ['api_key=abc token="d e f"', 'api_key=[removed] token=[removed]'],
    ['DB_PASS=hunter2', 'DB_PASS=[removed]'],
    ['RABBIT_PASS: hunter2', 'RABBIT_PASS: [removed]'],
    ['export NOVA_DBPASS=hunter2', 'export NOVA_DBPASS=[removed]'],
    ['MYSQL_PWD=hunter2 mysql', 'MYSQL_PWD=[removed] mysql'],
    ['psk=hunter2hunter2', 'psk=[removed]'],
    ['encryption_key: abcdef0123', 'encryption_key: [removed]'],
    ['The root password is hunter2', 'The root password is [removed]'],
    ['password for admin was set to hunter2', 'password for admin was set to [removed]'],
    ['curl -u bob:hunter2 http://localhost', 'curl -u bob:[removed] http://localhost'],
  ])('%s', (line, expected) => {
    expect(redact(line).text).toBe(expected);
  });

  it.each([
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLw root@web',
    'ci-info: | debian | ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 | - | bob@laptop |',
    'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU root@web (ED25519)',
    'systemd[1]: Started Dispatch Password Requests to Console Directory Watch.',
    'host login: ',
    'Password: ',
    'PWD=/root',
    'tests_passed: 3',
    'The password is required',
    '[    1.732514] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    'http://169.254.169.254/2009-04-04/instance-id',
  ])('leaves alone: %s', (line) => {
    expect(redact(line)).toEqual({ text: line, removed: 0 });
  });

  it('does not reach into the next line', () => {
    expect(redact('Password:\nhost login: ').text).toBe('Password:\nhost login: ');
  });

  it('takes out the random passwords of cloud-init, and only these', () => {
    const log = "Set the following 'random' passwords\ndebian:Kx8vTq2mWz\nroot:abc:def\nCloud-init v. 22.4.2 finished at: noon";

    expect(redact(log)).toEqual({
      text: "Set the following 'random' passwords\ndebian:[removed]\nroot:[removed]\nCloud-init v. 22.4.2 finished at: noon",
      removed: 2,
    });
  });

  const KEY = ['MIIEpAIBAAKCAQEAx3Vn0v3YF8dFh1yq3vQ9', 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9v', 'c2hvcnQ='];

  it('takes out a private key', () => {
    const log = ['before', '-----BEGIN OPENSSH PRIVATE KEY-----', ...KEY, '-----END OPENSSH PRIVATE KEY-----', 'after'].join(
      '\n',
    );

    expect(redact(log)).toEqual({ text: 'before\n[private key removed]\nafter', removed: 1 });
  });

  it('takes out a key with a logger before each line', () => {
    const lines = ['-----BEGIN RSA PRIVATE KEY-----', ...KEY, '-----END RSA PRIVATE KEY-----'];
    const log = lines.map((line) => `cloud-init[612]: ${line}`).join('\n');

    expect(redact(log).text).toBe('cloud-init[612]: [private key removed]');
  });

  it('takes out a key that the log breaks off, and nothing that follows it', () => {
    const log = ['-----BEGIN PRIVATE KEY-----', ...KEY, '[  OK  ] Started OpenSSH server'].join('\n');

    expect(redact(log).text).toBe('[private key removed]\n[  OK  ] Started OpenSSH server');
  });

  it('takes out a key whose beginning the log has lost', () => {
    const log = [...KEY, '-----END PRIVATE KEY-----', 'after'].join('\n');

    expect(redact(log).text).toBe('[private key removed]\nafter');
  });

  it('takes out known values wherever they stand', () => {
    expect(redact('xxKx8vTq2mWzxx and Kx8vTq2mWz', ['Kx8vTq2mWz', 'and'])).toEqual({
      text: 'xx[removed]xx and [removed]',
      removed: 2,
    });
  });

  it.each(['a', 'token', 'token-', 'password=', 'a-a.', 'eyJ-', 'https://a:', "password='", '$6$', 'x: ', ' ', 'AAAA/'])(
    'comes to an end with a long line of %j',
    (piece) => {
      const line = `Set the following 'random' passwords\n${piece.repeat(Math.ceil(200_000 / piece.length))}\n-----END PRIVATE KEY-----`;

      // With a pattern of quadratic effort this would take minutes, and the test's time limit is seconds.
      expect(redact(line).text).toContain('[private key removed]');
    },
  );
});

describe('plainText', () => {
  it('shows what a terminal would', () => {
    expect(
      plainText('\u001b[0;1;31m[FAILED]\u001b[0m to\u001b]0;title\u0007 start\u001b(B\r\n50%\r100%\ttab\u0000\u202e\u009b1mx'),
    ).toBe('[FAILED] to start\n50%\n100%\ttabx');
  });

  it('takes out what Nova has left of escape sequences, and no text that looks a little like it', () => {
    const text =
      '[    0.000000] Linux [mem 0x0-0xf] pci 0000:00:01.0: [8086:7000] [1af4:1000] cloud-init[612]: [main] every [5m] [Kernel';

    expect(plainText('[2J[01;01H[=3h[0;1;31m[FAILED][0m to start (B[m[?25h[32;mok[m')).toBe('[FAILED] to start ok');
    expect(plainText(text)).toBe(text);
  });
});
