"""Stands in for a disk array: a Cinder driver that accepts everything and keeps no data.

Cinder's own test driver does most of it. What is here are the calls that it leaves to its LVM parent, which would run
real commands. The rest of Cinder (API, scheduler, quota, states, attachments) is Debian's.
"""
import io

from cinder.tests import fake_driver


class NoDataDriver(fake_driver.FakeLoggingVolumeDriver):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.backend_name = self.configuration.safe_get('volume_backend_name') or 'fake'

    def create_volume(self, volume):
        return None

    def extend_volume(self, volume, new_size):
        pass

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        return {}, True

    def copy_image_to_volume(self, *args, **kwargs):
        pass

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        image_service.update(context, image_meta['id'], {}, io.BytesIO(b'fake volume %s' % volume.id.encode()))

    def revert_to_snapshot(self, context, volume, snapshot):
        pass

    def retype(self, *args, **kwargs):
        return True, None

    def migrate_volume(self, *args, **kwargs):
        return True, None

    def update_migrated_volume(self, *args, **kwargs):
        return {'_name_id': None, 'provider_location': None}

    def manage_existing(self, *args, **kwargs):
        return {}

    def unmanage(self, *args, **kwargs):
        pass

    def _update_volume_stats(self):
        super()._update_volume_stats()
        self._stats['pools'][0].update(
            total_capacity_gb=10000, free_capacity_gb=9000, reserved_percentage=0,
            thin_provisioning_support=True, max_over_subscription_ratio=20.0,
            multiattach=True, replication_enabled=False, group_replication_enabled=False)
