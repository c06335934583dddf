"""Stands in for a hypervisor: Nova's own nova.virt.fake.FakeDriver, made good enough to operate.

All of nova-compute is Debian's; only the driver differs:
  * servers survive a restart of the process (the plain driver forgets them)
  * a snapshot uploads a few bytes (plain: the image stays queued for ever)
  * each host has 64 vCPUs, 256 GiB and 4000 GB

And tests can reach in:
  * STATE/console/<server id>.log is that server's console log, where it exists
  * server metadata fake_fail=spawn, live_migration or snapshot makes that step fail
  * server metadata fake_delay=<seconds>, or the same number in STATE/fake-delay for all servers, makes those steps slow
"""
import io
import os
import sys
import time

from nova import context as nova_context
from nova import exception
from nova import objects
from nova.cmd import compute as nova_compute
from nova.compute import power_state
from nova.compute import vm_states
from nova.image import glance
from nova.virt import fake

STATE = os.environ['CLOUD_STATE']
NEVER_LAUNCHED = (vm_states.BUILDING, vm_states.DELETED, vm_states.ERROR, vm_states.SHELVED_OFFLOADED)


def delay_or_fail(instance, step):
    metadata = instance.metadata or {}
    delay = metadata.get('fake_delay') or read_state('fake-delay') or 0
    time.sleep(float(delay))
    if metadata.get('fake_fail') == step:
        raise exception.NovaException('injected failure in %s' % step)


def read_state(*path):
    try:
        with open(os.path.join(STATE, *path), errors='replace') as file:
            return file.read()
    except OSError:
        return None


class OperableDriver(fake.FakeDriver):
    vcpus = 64
    memory_mb = 256 * 1024
    local_gb = 4000

    def init_host(self, host):
        super().init_host(host)
        admin = nova_context.get_admin_context()
        for instance in objects.InstanceList.get_by_host(admin, host, expected_attrs=['flavor']):
            if instance.vm_state in NEVER_LAUNCHED and not instance.launched_at:
                continue
            stopped = instance.power_state == power_state.SHUTDOWN
            state = power_state.SHUTDOWN if stopped else power_state.RUNNING
            self.instances[instance.uuid] = fake.FakeInstance(instance.name, state, instance.uuid)
            self.resources.claim(instance.flavor.vcpus, instance.flavor.memory_mb, instance.flavor.root_gb)

    def spawn(self, context, instance, *args, **kwargs):
        delay_or_fail(instance, 'spawn')
        return super().spawn(context, instance, *args, **kwargs)

    def live_migration(self, context, instance, *args, **kwargs):
        delay_or_fail(instance, 'live_migration')
        return super().live_migration(context, instance, *args, **kwargs)

    def snapshot(self, context, instance, image_id, update_task_state):
        super().snapshot(context, instance, image_id, update_task_state)
        delay_or_fail(instance, 'snapshot')
        images = glance.API()
        image = images.get(context, image_id)
        metadata = {
            'name': image['name'],
            'status': 'active',
            'disk_format': image.get('disk_format') or 'raw',
            'container_format': image.get('container_format') or 'bare',
            'properties': {},
        }
        data = io.BytesIO(b'fake snapshot of %s\n' % instance.uuid.encode())
        images.update(context, image_id, metadata, data, purge_props=False)

    def get_console_output(self, context, instance):
        log = read_state('console', instance.uuid + '.log')
        return super().get_console_output(context, instance) if log is None else log.encode()


if __name__ == '__main__':
    fake.OperableDriver = OperableDriver  # nova.conf's compute_driver is looked up in nova.virt and nowhere else
    sys.argv[0] = 'nova-compute'
    sys.exit(nova_compute.main())
