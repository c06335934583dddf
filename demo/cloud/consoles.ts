import type { Server } from './state-compute.ts';

const KERNEL = [
  '[    0.000000] Linux version 6.1.0-26-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0)',
  '[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-26-amd64 root=UUID=6e6b5c1f ro console=tty0 console=ttyS0,115200',
  "[    0.004000] x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'",
  '[    0.512331] virtio_blk virtio2: [vda] 41943040 512-byte logical blocks (21.5 GB/20.0 GiB)',
  '[    1.204113] virtio_net virtio0 ens3: renamed from eth0',
];

const GOOD = [
  ...KERNEL,
  '[    1.731002] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.',
  '[  OK  ] Reached target Network is Online.',
  'ci-info: | ens3 | True | 10.10.0.118 | 255.255.255.0 | global | fa:16:3e:f3:a4:fd |',
  "cloud-init[612]: Cloud-init v. 22.4.2 running 'modules:final' at Mon, 23 Nov 2026 06:46:01 +0000. Up 11.92 seconds.",
  "Set the following 'random' passwords",
  'debian:Kx8vTq2mWz',
  '-----BEGIN SSH HOST KEY KEYS-----',
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLw root@web',
  '-----END SSH HOST KEY KEYS-----',
  'cloud-init[612]: Cloud-init v. 22.4.2 finished at Mon, 23 Nov 2026 06:46:02 +0000. Datasource DataSourceOpenStackLocal. Up 12.40 seconds',
  '',
  'Debian GNU/Linux 12 host ttyS0',
  '',
  'host login: ',
];

const PANIC = [
  ...KERNEL,
  '[    1.731002] VFS: Cannot open root device "UUID=6e6b5c1f" or unknown-block(0,0): error -6',
  '[    1.731877] Please append a correct "root=" boot option; here are the available partitions:',
  '[    1.732514] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
  '[    1.733120] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-26-amd64 #1  Debian 6.1.112-1',
  '[    1.735550] ---[ end Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0) ]---',
];

const FSCK = [
  ...KERNEL,
  '/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.',
  '\t(i.e., without -a or -p options)',
  '\u001b[0;1;31m[FAILED]\u001b[0m Failed to start systemd-fsck-root.service - File System Check on Root Device.',
  'You are in emergency mode. After logging in, type "journalctl -xb" to view',
  'Press Enter for maintenance',
];

const NO_NETWORK = [
  ...KERNEL,
  'udhcpc (v1.20.1) started',
  'Sending discover...',
  'Sending discover...',
  'Sending discover...',
  'No lease, forking to background',
  "cirros-ds 'net' up at 181.97",
  'checking http://169.254.169.254/2009-04-04/instance-id',
  'failed 1/20: up 181.97. request failed',
  "wget: can't connect to remote host (169.254.169.254): Network is unreachable",
];

/** What each server of the seed has said while booting: most are well, db-1 panics, db-2 wants fsck, batch-1 has no network. */
export function bootLogs(servers: Server[]): Map<string, string> {
  const special: Record<string, string[]> = { 'db-1': PANIC, 'db-2': FSCK, 'batch-1': NO_NETWORK };
  const logs = new Map<string, string>();
  for (const { id, name, host } of servers) {
    if (host !== null) logs.set(id, (special[name] ?? GOOD).join('\n'));
  }
  return logs;
}

/**
 * What nova makes of the last lines of a log: no control characters but tab and line feed, so that escape sequences come without
 * their ESC, and U+FFFD for each byte that is not ASCII. nova/compute/manager.py, nova/api/openstack/compute/console_output.py
 */
export function consoleOutput(log: string, length?: number): string {
  const lines = log.split('\n');
  const kept = length === undefined ? lines : length === 0 ? [] : lines.slice(-length);
  return kept
    .join('\n')
    .replace(/[^\p{ASCII}]/gu, (letter) => '\uFFFD'.repeat(Buffer.byteLength(letter)))
    .replace(/[^\P{Cc}\t\n\u007F]/gu, '');
}
