import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { domainNames } from '../../src/openstack/domain-names.ts';
import { listDomains } from '../../src/openstack/identity.ts';
import { resolveDomain } from '../../src/openstack/kinds.ts';
import { userTarget } from '../../src/openstack/targets.ts';
import { listUsers, type User } from '../../src/openstack/users.ts';
import { code, count } from '../../src/reply.ts';

type Row = User & { domain: string };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'user', text: ({ name }) => name },
  { name: 'domain', text: ({ domain }) => domain },
  { name: 'enabled', text: ({ enabled }) => (enabled ? 'yes' : 'no'), data: ({ enabled }) => enabled },
  { name: 'email', text: ({ email }) => email ?? '', data: ({ email }) => email },
  { name: 'description', text: ({ description }) => description ?? '', data: ({ description }) => description },
  { name: 'ID', text: ({ id }) => id },
  {
    name: 'password expires',
    text: (user) => user.password_expires_at ?? '',
    data: (user) => user.password_expires_at,
    long: true,
  },
];

export default defineCommand({
  summary: "List Keystone's users.",
  guide: 'Managing Projects and Users › User Management',
  examples: ['user list', 'user list --domain research', 'user list alice'],
  effect: 'read',
  args: z.object({
    name: z.string().optional().describe('only users with this in their names'),
    domain: z.string().optional().describe('only users of this domain, by name or ID'),
    ...LIST_ARGUMENTS,
  }),
  positionals: ['name'],
  completes: { domain: 'domain' },

  async run({ name, domain, ...list }, { openstack, who, mayTouch }) {
    const within = domain === undefined ? undefined : await resolveDomain(openstack, domain, { mayTouch });
    const [users, domains] = await Promise.all([
      listUsers(openstack, { ...(name === undefined ? {} : { namePart: name }), ...(within ? { domainId: within.id } : {}) }),
      within ? [within] : listDomains(openstack),
    ]);
    const domainOf = domainNames(domains, mayTouch);
    const found = users
      .filter((user) => mayTouch(userTarget(user)))
      .map((user): Row => ({ ...user, domain: domainOf(user.domain_id) }))
      .sort((a, b) => a.domain.localeCompare(b.domain) || a.name.localeCompare(b.name));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'users', who });
    const disabled = found.filter(({ enabled }) => !enabled).length;
    return {
      text: `${count(found, 'user')}${within ? ` in domain ${code(within.name)}` : ''}${disabled > 0 ? `, ${disabled} of them disabled` : ''}${cut}.`,
      ...shown,
      touches: rows.map(userTarget),
    };
  },
});
