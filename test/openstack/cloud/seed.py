"""Finds or creates a small, slightly untidy cloud to look at: two projects, five people, eleven servers, one of them
broken, floating IPs nobody uses, a volume that is stuck. What exists is left as it is; what was deleted comes back."""
import base64
import os
import sys
import time

from connect import connect, connect_admin

HOSTS = os.environ['COMPUTE_HOSTS'].split()
admin = connect_admin()


def pick(items, name):
    return next((item for item in items if item.name == name), None)


# --- projects and people ---

projects = {}
for name, description in (('demo', 'Demo project'), ('alice-lab', "Alice's lab")):
    projects[name] = admin.identity.find_project(name) or admin.identity.create_project(
        name=name, domain_id='default', description=description)

roles = {role.name: role for role in admin.identity.roles()}
for user, project, granted in (
    ('demo', 'demo', ['member']),
    ('bob', 'demo', ['member']),
    ('rita', 'demo', ['reader']),
    ('alice', 'alice-lab', ['member', 'manager']),
    ('admin', 'demo', ['admin']),
    ('admin', 'alice-lab', ['admin']),
):
    account = admin.identity.find_user(user) or admin.identity.create_user(
        name=user, password=user, domain_id='default', default_project_id=projects[project].id,
        email=user + '@example.org')
    for role in granted:
        admin.identity.assign_project_role_to_user(projects[project], account, roles[role])

# Bob has the reader's role twice: on his own, implied by member, and by this group.
readers = admin.identity.find_group('demo-readers') or admin.identity.create_group(
    name='demo-readers', domain_id='default', description='May look at demo')
admin.identity.assign_project_role_to_group(projects['demo'], readers, roles['reader'])
admin.identity.put('/groups/%s/users/%s' % (readers.id, admin.identity.find_user('bob').id)).raise_for_status()

demo = connect('demo', 'demo', 'demo')
bob = connect('bob', 'bob', 'demo')
alice = connect('alice', 'alice', 'alice-lab')

# --- flavors, aggregates, availability zones ---

for name, vcpus, ram, disk, public in (
    ('m1.nano', 1, 64, 1, True),
    ('m1.tiny', 1, 512, 1, True),
    ('m1.small', 1, 2048, 20, True),
    ('m1.medium', 2, 4096, 40, True),
    ('m1.large', 4, 8192, 80, True),
    ('gpu.private', 8, 16384, 80, False),
):
    if not pick(admin.compute.flavors(is_public=None), name):
        flavor = admin.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk, is_public=public)
        if not public:
            admin.compute.flavor_add_tenant_access(flavor, projects['alice-lab'].id)
flavors = {flavor.name: flavor for flavor in admin.compute.flavors(is_public=None)}
admin.compute.create_flavor_extra_specs(flavors['gpu.private'], {'pci_passthrough:alias': 'gpu:1'})

for name, zone, hosts, metadata in (
    ('rack-1', 'az1', HOSTS[:2], {}),
    ('rack-2', 'az2', HOSTS[2:], {}),
    ('ssd', None, HOSTS[2:], {'ssd': 'true'}),
):
    aggregate = pick(admin.compute.aggregates(), name) or admin.compute.create_aggregate(
        name=name, availability_zone=zone)
    for host in hosts:
        if host not in (aggregate.hosts or []):
            admin.compute.add_host_to_aggregate(aggregate, host)
    if metadata:
        admin.compute.set_aggregate_metadata(aggregate, metadata)


# --- images ---

def ensure_image(name, project, visibility, hidden=False):
    image = pick(admin.image.images(is_hidden=hidden), name)
    if image:
        return image
    answer = admin.image.post('/images', json={
        'name': name, 'owner': projects[project].id, 'visibility': visibility, 'os_hidden': hidden,
        'disk_format': 'raw', 'container_format': 'bare', 'os_distro': 'cirros'})
    answer.raise_for_status()
    path = '/images/%s/file' % answer.json()['id']
    admin.image.put(
        path, data=os.urandom(4096), headers={'Content-Type': 'application/octet-stream'}).raise_for_status()
    return admin.image.get_image(answer.json()['id'])


cirros = ensure_image('cirros-0.6', 'demo', 'public')
ensure_image('alice-golden', 'alice-lab', 'private')
ensure_image('cirros-0.5', 'demo', 'public', hidden=True)

# --- networks, routers, security groups, keys ---

public = pick(admin.network.networks(), 'public') or admin.network.create_network(
    name='public', is_router_external=True, provider_network_type='flat', provider_physical_network='physnet1')
if not pick(admin.network.subnets(), 'public-subnet'):
    admin.network.create_subnet(
        name='public-subnet', network_id=public.id, ip_version=4, cidr='203.0.113.0/24', gateway_ip='203.0.113.1',
        is_dhcp_enabled=False, allocation_pools=[{'start': '203.0.113.10', 'end': '203.0.113.250'}])

networks = {}
for project, prefix, cidr in (('demo', 'demo', '10.10.0.0/24'), ('alice-lab', 'alice', '10.20.0.0/24')):
    owner = projects[project].id
    network = pick(admin.network.networks(), prefix + '-net') or admin.network.create_network(
        name=prefix + '-net', project_id=owner)
    subnet = pick(admin.network.subnets(), prefix + '-net-v4') or admin.network.create_subnet(
        name=prefix + '-net-v4', network_id=network.id, project_id=owner, ip_version=4, cidr=cidr,
        dns_nameservers=['9.9.9.9'])
    if not pick(admin.network.routers(), prefix + '-router'):
        router = admin.network.create_router(
            name=prefix + '-router', project_id=owner, external_gateway_info={'network_id': public.id})
        admin.network.add_interface_to_router(router, subnet_id=subnet.id)
    networks[project] = network

for name, ports, source in (('web', (22, 80, 443), '0.0.0.0/0'), ('db', (5432,), '10.10.0.0/24')):
    if not pick(demo.network.security_groups(project_id=projects['demo'].id), name):
        group = demo.network.create_security_group(name=name, description=name + ' servers')
        for port in ports:
            demo.network.create_security_group_rule(
                security_group_id=group.id, direction='ingress', protocol='tcp',
                port_range_min=port, port_range_max=port, remote_ip_prefix=source)

for person, name in ((demo, 'demo-key'), (alice, 'alice-key')):
    if not pick(person.compute.keypairs(), name):
        key = b'\0\0\0\x0bssh-ed25519\0\0\0 ' + os.urandom(32)
        person.compute.create_keypair(
            name=name, public_key='ssh-ed25519 %s %s' % (base64.b64encode(key).decode(), name))

# --- servers ---

servers = {server.name: server for server in admin.compute.servers(all_projects=True)}
created = []


def ensure_server(person, name, project='demo', flavor='m1.tiny', key='demo-key', group=None, metadata=None,
                  from_volume=False):
    if name in servers:
        return
    body = {
        'name': name, 'flavor_id': flavors[flavor].id, 'networks': [{'uuid': networks[project].id}],
        'metadata': metadata or {}}
    if key:
        body['key_name'] = key
    if group:
        body['security_groups'] = [{'name': group}]
    if from_volume:
        body['block_device_mapping'] = [{
            'boot_index': 0, 'source_type': 'image', 'uuid': cirros.id, 'destination_type': 'volume',
            'volume_size': 1, 'delete_on_termination': True}]
    else:
        body['image_id'] = cirros.id
    servers[name] = person.compute.create_server(**body)
    created.append(name)


for name in ('web-1', 'web-2', 'web-3'):
    ensure_server(demo, name, flavor='m1.small', group='web', metadata={'role': 'web'})
for name in ('db-1', 'db-2'):
    ensure_server(
        demo, name, flavor='m1.medium', group='db', metadata={'role': 'db', 'owner': 'dba@example.org'})
for name in ('batch-1', 'batch-2'):
    ensure_server(bob, name, key=None)
for name in ('alice-vm-1', 'alice-vm-2'):
    ensure_server(alice, name, project='alice-lab', key='alice-key')
ensure_server(demo, 'bfv-1', from_volume=True)
ensure_server(demo, 'broken-1', metadata={'fake_fail': 'spawn'})

deadline = time.time() + 120
for name in created:
    while True:
        server = admin.compute.get_server(servers[name].id)
        if server.status in ('ACTIVE', 'ERROR'):
            break
        if time.time() > deadline:
            sys.exit('%s is still %s' % (name, server.status))
        time.sleep(0.5)
    servers[name] = server
    print(name, server.status, server.compute_host)
if 'batch-2' in created:
    admin.compute.stop_server(servers['batch-2'])


# --- floating IPs: some in use, some left over ---

def ensure_floating_ips(project, used_by, left_over):
    owner = projects[project].id
    if list(admin.network.ips(project_id=owner)):
        return
    for name in used_by:
        port = next(iter(admin.network.ports(device_id=servers[name].id)))
        admin.network.create_ip(floating_network_id=public.id, project_id=owner, port_id=port.id)
    for number in range(left_over):
        admin.network.create_ip(
            floating_network_id=public.id, project_id=owner, description='left over %d' % number)


ensure_floating_ips('demo', ['web-1', 'web-2', 'db-1'], 4)
ensure_floating_ips('alice-lab', ['alice-vm-1'], 2)

# Of demo's four, one is live although it has no port, and one is to stay.
left_over = {ip.description: ip for ip in admin.network.ips(project_id=projects['demo'].id)}
forwarding, kept = left_over.get('left over 2'), left_over.get('left over 3')
if forwarding and not list(admin.network.port_forwardings(forwarding)):
    port = next(iter(admin.network.ports(device_id=servers['web-3'].id)))
    admin.network.create_port_forwarding(
        floatingip_id=forwarding.id, protocol='tcp', external_port=2222, internal_port=22, internal_port_id=port.id,
        internal_ip_address=port.fixed_ips[0]['ip_address'], description='ssh to web-3')
if kept:
    admin.network.update_ip(kept, description="keep: the customer's DNS names it")
    admin.network.put('/floatingips/%s/tags/keep' % kept.id).raise_for_status()


# --- volumes: one in use with a snapshot, one stuck ---

def await_volume(person, volume, status):
    for _ in range(120):
        volume = person.block_storage.get_volume(volume.id)
        if volume.status == status:
            return volume
        if volume.status.startswith('error'):
            break
        time.sleep(0.5)
    sys.exit('volume %s is %s, not %s' % (volume.name, volume.status, status))


volumes = {volume.name: volume for volume in admin.block_storage.volumes(all_projects=True)}
for person, name, size in (
    (demo, 'data-1', 10),
    (demo, 'data-2', 20),
    (demo, 'scratch', 1),
    (demo, 'stuck-vol', 2),
    (alice, 'alice-data', 5),
):
    if name in volumes:
        continue
    volume = await_volume(person, person.block_storage.create_volume(name=name, size=size), 'available')
    if name == 'data-1':
        demo.compute.create_volume_attachment(servers['db-1'].id, volume_id=volume.id)
        await_volume(demo, volume, 'in-use')
        demo.block_storage.create_snapshot(volume_id=volume.id, name='data-1-nightly', is_forced=True)
    if name == 'stuck-vol':
        admin.block_storage.post('/volumes/%s/action' % volume.id, json={
            'os-reset_status': {'status': 'error_deleting'}}).raise_for_status()
