"""Finds or creates what services need before they can talk: roles, service users, services and endpoints."""
import os

from connect import connect_admin

identity = connect_admin().identity

for role in ('service', 'manager'):  # Zed's bootstrap makes only admin, member and reader
    if not identity.find_role(role):
        identity.create_role(name=role)
roles = [identity.find_role('admin'), identity.find_role('service')]

project = identity.find_project('service') or identity.create_project(name='service', domain_id='default')
for name in ('nova', 'neutron', 'glance', 'cinder', 'placement'):
    user = identity.find_user(name) or identity.create_user(
        name=name, password=os.environ['SERVICE_PASSWORD'], domain_id='default', default_project_id=project.id)
    for role in roles:
        identity.assign_project_role_to_user(project, user, role)

services = {service.type: service for service in identity.services()}
endpoints = {(endpoint.service_id, endpoint.interface): endpoint for endpoint in identity.endpoints()}
for line in os.environ['CATALOG'].splitlines():
    name, type_, url = line.split()
    service = services.get(type_) or identity.create_service(name=name, type=type_)
    for interface in ('public', 'internal', 'admin'):
        endpoint = endpoints.get((service.id, interface))
        if not endpoint:
            identity.create_endpoint(
                service_id=service.id, interface=interface, url=url, region_id=os.environ['REGION'])
        elif endpoint.url != url:
            identity.update_endpoint(endpoint, url=url)
