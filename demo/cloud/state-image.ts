export interface ImageState {
  images: Image[];
}

export interface Image {
  id: string;
  name: string;
  status: string;
  visibility: 'public' | 'private' | 'shared' | 'community';
  /** A project's ID. */
  owner: string;
  sizeBytes: number | null;
  diskFormat: string;
  hidden: boolean;
  protected: boolean;
  tags: string[];
  created: string;
  properties: Record<string, string>;
}
