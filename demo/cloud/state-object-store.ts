/** Swift's accounts: what they hold is only counted. */
export interface ObjectStoreState {
  /** Project ID → its account. One that is not here is made by the first change to it. */
  accounts: Map<string, Account>;
  /** `operator_roles`: they may do all with their own project's account. */
  operatorRoles: string[];
  /** `project_reader_roles`: they may look at it. */
  readerRoles: string[];
  /** `reseller_admin_role`: they may do all with every account, and alone may set its quota. */
  resellerRoles: string[];
}

export interface Account {
  containers: Container[];
  /** Without `X-Account-Meta-`, in small letters: `{ 'quota-bytes': '1000' }` */
  metadata: Record<string, string>;
  /** In milliseconds since 1970. */
  created: number;
}

export interface Container {
  name: string;
  count: number;
  bytes: number;
  /** `2026-11-23T06:40:00.123450` */
  lastModified: string;
}
