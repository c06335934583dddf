import type { ActionsBlock, KnownBlock, TableBlock } from '@slack/types';
import { memo, type ReactNode } from 'react';
import type { Block, On } from '../../protocol.ts';
import { Control, type Element } from './controls.tsx';
import { Mrkdwn } from './mrkdwn.tsx';
import { RichText } from './rich-text.tsx';

/** Blocks of a message or a Home. Input blocks are a modal's: see modal.tsx. */
export const Blocks = memo(function Blocks({ blocks, on }: { blocks: readonly Block[]; on: On }): ReactNode {
  return blocks.map((block) => (
    <div key={block.block_id} className={`block block-${block.type}`}>
      <Shown block={block as unknown as KnownBlock} id={block.block_id} on={on} />
    </div>
  ));
});

function Shown({ block, id, on }: { block: KnownBlock; id: string; on: On }): ReactNode {
  switch (block.type) {
    case 'rich_text':
      return <RichText block={block} />;
    case 'header':
      return <h3>{block.text.text}</h3>;
    case 'divider':
      return <hr />;
    case 'section':
      return (
        <>
          {block.text && (
            <p>
              <TextObject text={block.text} />
            </p>
          )}
          {block.fields && (
            <div className="fields">
              {block.fields.map((field) => (
                <p key={field.text}>
                  <TextObject text={field} />
                </p>
              ))}
            </div>
          )}
          {block.accessory && <Control element={block.accessory as Element} block={id} on={on} />}
        </>
      );
    case 'context':
      return block.elements.map((element) =>
        element.type === 'image' ? null : (
          <p key={element.text}>
            <TextObject text={element} />
          </p>
        ),
      );
    case 'actions':
      return <Actions block={block} id={id} on={on} />;
    case 'table':
      return <Table block={block} />;
    case 'markdown':
      return <p>{block.text}</p>;
    case 'image':
      return <img alt={block.alt_text} src={'image_url' in block ? block.image_url : undefined} />;
    default:
      return null;
  }
}

function TextObject({ text }: { text: { type: 'plain_text' | 'mrkdwn'; text: string } }): ReactNode {
  return text.type === 'mrkdwn' ? <Mrkdwn text={text.text} /> : text.text;
}

function Actions({ block, id, on }: { block: ActionsBlock; id: string; on: On }): ReactNode {
  return (
    <div className="actions">
      {block.elements.map((element) => (
        <Control key={element.action_id} element={element as Element} block={id} on={on} />
      ))}
    </div>
  );
}

/** https://docs.slack.dev/reference/block-kit/blocks/table-block */
function Table({ block }: { block: TableBlock }): ReactNode {
  const [head = [], ...rows] = block.rows;
  const align = (n: number): 'left' | 'center' | 'right' => block.column_settings?.[n]?.align ?? 'left';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="table-scroll" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {head.map((cell, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells have nothing else, and keep their order
              <th key={n} scope="col" className={`align-${align(n)}`}>
                <Cell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={i}>
              {row.map((cell, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={n} className={`align-${align(n)}`}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ cell }: { cell: TableBlock['rows'][number][number] }): ReactNode {
  return cell.type === 'rich_text' ? <RichText block={cell} /> : cell.text;
}
