"""Logging in with openstacksdk, for catalog.py and seed.py."""
import os

import openstack


def connect(user, password, project):
    return openstack.connect(
        auth_url=os.environ['AUTH_URL'], region_name=os.environ['REGION'],
        username=user, password=password, project_name=project,
        user_domain_id='default', project_domain_id='default')


def connect_admin():
    return connect('admin', os.environ['ADMIN_PASSWORD'], 'admin')
