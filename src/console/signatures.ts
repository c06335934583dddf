export interface Signature {
  name: string;
  patterns: readonly RegExp[];
  /** What it means, as one sentence. */
  means: string;
  /** What to try next. */
  next: string;
}

/** Why a server does not come up, as its console says it; most serious first. Each pattern is tried on single lines. */
export const SIGNATURES: readonly Signature[] = [
  {
    name: 'kernel panic',
    patterns: [/Kernel panic - not syncing/, /VFS: Unable to mount root fs/, /Attempted to kill init!/],
    means: 'The kernel has given up; nothing runs in the server.',
    next: 'See the lines above it: a root device that is not found points to the image or its `root=`, anything else to a new kernel. Start the rescue image to boot an older one.',
  },
  {
    name: 'no bootable device',
    patterns: [
      /No bootable device/i,
      /Boot failed: not a bootable disk/i,
      /Booting from Hard Disk\.\.\.\s*Boot failed/i,
      /FATAL: No bootable medium/i,
    ],
    means: 'The firmware found no disk to boot from.',
    next: "Check the image's format and firmware type (BIOS or UEFI), and for a server that boots from a volume whether the volume is attached and bootable.",
  },
  {
    name: 'boot loader stopped',
    patterns: [/grub rescue>/, /error: no such partition/, /error: file `.*' not found/, /GNU GRUB +version .*minimal/i],
    means: 'GRUB runs and does not find what it should start.',
    next: 'Start the rescue image and repair the boot loader, or restore the disk from a snapshot.',
  },
  {
    name: 'root device not found',
    patterns: [
      /dracut-initqueue.*timeout/i,
      /ALERT!\s+.*does not exist\.\s+Dropping to a shell/i,
      /Gave up waiting for root (file system )?device/i,
      /Entering emergency mode\. Exit the shell/i,
    ],
    means: 'The initial RAM disk waits in vain for the root file system.',
    next: 'Compare `root=` with the disk: a changed UUID, or no virtio driver in the initial RAM disk, is the usual reason.',
  },
  {
    name: 'file system damaged',
    patterns: [
      /UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY/,
      /Failed to start .*File System Check/,
      /fsck (?:failed|exited with status code|died)/i,
      /EXT4-fs error/,
      /XFS .*(?:Corruption|metadata I\/O error)/i,
      /Remounting filesystem read-only/i,
    ],
    means: 'A file system is damaged or was mounted read-only.',
    next: 'Start the rescue image and run fsck (xfs_repair) on the disk that is not mounted; look for storage trouble at that time as well.',
  },
  {
    name: 'disk errors',
    patterns: [/\bBuffer I\/O error on\b/, /blk_update_request: I\/O error/, /\bI\/O error, dev [a-z]+/],
    means: 'Reads or writes of a disk fail: the storage behind it has trouble.',
    next: 'Look at the storage backend and the compute host before the server is rebooted: a reboot makes it no better.',
  },
  {
    name: 'emergency mode',
    patterns: [
      /You are in (?:emergency|rescue) mode/i,
      /Welcome to emergency mode/i,
      /Give root password for maintenance/i,
      /Press Enter for maintenance/i,
    ],
    means: 'systemd stopped on the way up and waits for somebody at the console.',
    next: 'Usually a mount of /etc/fstab that is not there any more, such as a detached volume: attach it, or start the rescue image and take it out (or add `nofail`).',
  },
  {
    name: 'disk full',
    patterns: [/No space left on device/i],
    means: 'A file system is full.',
    next: 'Log in and make room, or extend the volume or resize the server.',
  },
  {
    name: 'out of memory',
    patterns: [
      /Out of memory: Kill(?:ed)? process/i,
      /invoked oom-killer/,
      /oom-kill:constraint/,
      /Out of memory and no killable processes/i,
    ],
    means: 'The server had no memory left and its kernel ended processes.',
    next: 'See which process was ended; give the server a flavor with more memory, or limit the process.',
  },
  {
    name: 'hung tasks',
    patterns: [
      /INFO: task .+ blocked for more than \d+ seconds/,
      /watchdog: BUG: soft lockup/,
      /rcu(?:_sched|_preempt)?: INFO: .*self-detected stall/,
      /rcu_sched (?:self-)?detected stall/,
    ],
    means: 'The kernel waits for its disk or its CPU for minutes.',
    next: 'Look at the load of the compute host and at the storage; live migration to another host often helps.',
  },
  {
    name: 'no DHCP lease',
    patterns: [
      /No lease, (?:forking|failing)/,
      /No DHCPOFFERS received/,
      /DHCPDISCOVER on .* interval .*\(xid.*\) *No working leases/i,
      /dhcp.*(?:timed out|timeout)/i,
      /Sending discover\.\.\.(?!.*Sending select)/,
    ],
    means: 'The server asked for an address and got none.',
    next: "Check that its port is ACTIVE and bound to this host, that the subnet has DHCP and the network's DHCP agent is alive, and the MTU.",
  },
  {
    name: 'metadata not reached',
    patterns: [
      /169\.254\.169\.254.*(?:unreachable|failed|timed out|refused|no route|request failed)/i,
      /(?:can't connect to|failed).*169\.254\.169\.254/i,
      /url_helper\.py\[WARNING\].*169\.254\.169\.254/,
      /failed \d+\/\d+: up .*request failed/,
    ],
    means: 'The server did not reach the metadata service, so it has no keys and no user data.',
    next: "Without a DHCP lease this follows from it. Otherwise check the metadata agent, the router or the DHCP agent's route, and security groups.",
  },
  {
    name: 'cloud-init failed',
    patterns: [
      /cloud-init.*\[ERROR\]/,
      /util\.py\[WARNING\]: Failed/,
      /No instance datasource found/i,
      /Can not apply stage (?:config|final), no datasource found/i,
      /Failed to start .*[Cc]loud-init/,
      /Traceback \(most recent call last\)/,
      /cloud-init.*(?:Unhandled non-multipart|Failed at merging|failed to run module|failed loading yaml)/i,
    ],
    means: 'cloud-init ran into an error; users, keys or the user data may be missing.',
    next: 'Read the lines around it; user data that is no valid YAML is the usual reason.',
  },
];

/** Longer lines are no kernel's. */
const LONGEST_LINE = 1_000;

export interface Finding {
  signature: Signature;
  /** How many lines show it, of how many kinds whatever. */
  times: number;
  /** The first line that does. */
  line: string;
  /** Its number, from 1. */
  at: number;
}

/** What is known to be wrong in a console log, most serious first. A later boot may have mended it: see where it stands. */
export function findSignatures(log: string): Finding[] {
  const found = new Map<Signature, Finding>();
  for (const [index, line] of log.split('\n').entries()) {
    for (const signature of SIGNATURES) {
      if (!signature.patterns.some((pattern) => pattern.test(line.slice(0, LONGEST_LINE)))) continue;
      const finding = found.get(signature);
      if (finding) finding.times += 1;
      else found.set(signature, { signature, times: 1, line: line.trim(), at: index + 1 });
    }
  }
  return SIGNATURES.flatMap((signature) => found.get(signature) ?? []);
}
