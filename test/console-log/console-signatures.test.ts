import { describe, expect, it } from 'vitest';
import { findSignatures, SIGNATURES } from '../../src/console/signatures.ts';

/** From real boots, one set of lines for each signature. */
const EXAMPLES: Record<string, string[]> = {
  'kernel panic': ['[    1.732514] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)'],
  'no bootable device': ['Boot failed: not a bootable disk', 'No bootable device.'],
  'boot loader stopped': ['error: no such partition.', 'grub rescue> '],
  'root device not found': [
    'Gave up waiting for root file system device.  Common problems:',
    'ALERT!  UUID=6e6b5c1f-aaaa does not exist.  Dropping to a shell!',
    '[  190.123456] dracut-initqueue[245]: Warning: dracut-initqueue timeout - starting timeout scripts',
  ],
  'file system damaged': [
    '/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.',
    '[FAILED] Failed to start systemd-fsck-root.service - File System Check on Root Device.',
    '[  402.1] EXT4-fs error (device vda1): ext4_lookup:1615: inode #13: comm ls: deleted inode referenced',
    '[  402.2] EXT4-fs (vda1): Remounting filesystem read-only',
    '[   11.1] XFS (vda1): Corruption detected. Unmount and run xfs_repair',
  ],
  'disk errors': [
    '[  120.5] blk_update_request: I/O error, dev vda, sector 2048 op 0x1:(WRITE)',
    '[  120.6] Buffer I/O error on dev vda1, logical block 0, lost async page write',
  ],
  'emergency mode': ['You are in emergency mode. After logging in, type "journalctl -xb" to view', 'Press Enter for maintenance'],
  'disk full': ['cloud-init[612]: OSError: [Errno 28] No space left on device'],
  'out of memory': [
    '[ 9021.1] mysqld invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0',
    '[ 9021.2] Out of memory: Killed process 812 (mysqld) total-vm:1838204kB, anon-rss:401232kB',
  ],
  'hung tasks': [
    '[  484.1] INFO: task jbd2/vda1-8:182 blocked for more than 120 seconds.',
    '[  512.0] watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [kworker/1:1:41]',
    '[  600.0] rcu: INFO: rcu_sched self-detected stall on CPU',
  ],
  'no DHCP lease': ['No lease, forking to background', 'Sending discover...', 'No DHCPOFFERS received.'],
  'metadata not reached': [
    "wget: can't connect to remote host (169.254.169.254): Network is unreachable",
    "2026-11-23 06:46:31,120 - url_helper.py[WARNING]: Calling 'http://169.254.169.254/openstack' failed [50/-1s]: request error",
    'failed 1/20: up 181.97. request failed',
  ],
  'cloud-init failed': [
    '2026-11-23 06:46:31,120 - util.py[WARNING]: Failed loading yaml blob. Invalid format at line 3 column 1',
    'cloud-init[612]: 2026-11-23 06:46:31,120 - cc_scripts_user.py[WARNING]: failed to run module scripts-user (scripts in /var/lib/cloud/instance/scripts)',
    '[FAILED] Failed to start cloud-final.service - Execute cloud user/final scripts: Cloud-init.',
  ],
};

const GOOD_BOOT = [
  '[    0.000000] Linux version 6.1.0-26-amd64',
  '[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz root=UUID=6e6b5c1f ro console=tty0 console=ttyS0,115200 panic=10',
  '[    1.731002] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.',
  '[    2.2] systemd[1]: Reached target emergency.target skipped',
  '[  OK  ] Finished systemd-fsck-root.service - File System Check on Root Device.',
  '[  OK  ] Reached target Network is Online.',
  'Sending discover... Sending select for 10.10.0.5... Lease of 10.10.0.5 obtained, lease time 86400',
  'checking http://169.254.169.254/2009-04-04/instance-id',
  'cloud-init[612]: Cloud-init v. 22.4.2 finished at Mon, 23 Nov 2026 06:46:02 +0000. Datasource DataSourceOpenStackLocal. Up 12.40 seconds',
  'host login: ',
].join('\n');

describe('console signatures', () => {
  it('have real lines for each of them', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(SIGNATURES.map(({ name }) => name).sort());
  });

  it.each(Object.entries(EXAMPLES).flatMap(([name, lines]) => lines.map((line) => [name, line] as const)))(
    '%s: %s',
    (name, line) => {
      const found = findSignatures(`first line\n${line}\nlast line`).map(({ signature }) => signature.name);

      expect(found).toContain(name);
    },
  );

  it('see nothing in a good boot', () => {
    expect(findSignatures(GOOD_BOOT)).toEqual([]);
  });

  it('come most serious first, with how often and where', () => {
    const log = ['Sending discover...', 'Sending discover...', 'fine', 'Kernel panic - not syncing: x'].join('\n');

    expect(findSignatures(log).map(({ signature, times, at, line }) => [signature.name, times, at, line])).toEqual([
      ['kernel panic', 1, 4, 'Kernel panic - not syncing: x'],
      ['no DHCP lease', 2, 1, 'Sending discover...'],
    ]);
  });
});
