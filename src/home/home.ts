import type { Button, Reply } from '../reply.ts';

/** What somebody's Home says, as data; only src/slack/ knows views. All strings are as those of a Reply. */
export interface Home {
  /** Above all: what does not work, or why there is nothing here. */
  notices: string[];
  sections: HomeSection[];
  /** Small print. */
  notes: string[];
}

export interface HomeSection {
  title: string;
  /** What matters most comes first. */
  entries: HomeEntry[];
  /** There are so many more, which a phone had no room for. */
  more: number;
  /** Where to see those: a full sentence. */
  seeMore: string;
  /** Said where there is nothing, with what to type. */
  empty: string;
}

export type HomeEntry = Pick<Reply, 'text' | 'warnings' | 'lines' | 'links' | 'buttons'> & {
  /** Buttons that put somebody's name under all of the entry: only where all of it has room. Else this is said in their place. */
  deciding?: { buttons: Button[]; instead: string };
};

/** A Home that says one thing. */
export function notice(text: string): Home {
  return { notices: [text], sections: [], notes: [] };
}
