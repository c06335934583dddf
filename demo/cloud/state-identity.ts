/** Keystone's: one for all regions of a cloud. */
export interface IdentityState {
  domains: Domain[];
  projects: Project[];
  users: User[];
  groups: Group[];
}

export interface Domain {
  id: string;
  name: string;
  enabled: boolean;
}

export interface Project {
  id: string;
  name: string;
  domain_id: string;
  description: string;
  enabled: boolean;
}

export interface User {
  id: string;
  name: string;
  domain_id: string;
  password: string;
  enabled: boolean;
  email: string | null;
  defaultProjectId: string | null;
  /** Project ID → role names, as somebody gave them: what they imply comes on top. */
  roles: Map<string, string[]>;
  /** On the system as a whole. */
  systemRoles: string[];
}

export interface Group {
  id: string;
  name: string;
  domain_id: string;
  description: string;
  /** User IDs. */
  members: string[];
  /** Project ID → role names. */
  roles: Map<string, string[]>;
}
