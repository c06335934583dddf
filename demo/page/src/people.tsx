import type { CSSProperties, ReactNode } from 'react';
import type { PersonView } from '../../protocol.ts';

/** Hues far apart, and none of them one that states have. */
const HUES: Record<string, number> = { bob: 215, alice: 285, carol: 330, eve: 25, stranger: 0 };

export function Avatar({ person, size = 36 }: { person: PersonView | undefined; size?: number }): ReactNode {
  if (person?.isBot && person.name === 'stackhand') return <BotMark size={size} />;
  const initials = (person?.realName ?? '?')
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2);
  const hue = HUES[person?.name ?? ''] ?? 200;
  const saturation = person?.isStranger || person?.isBot ? 6 : 42;
  return (
    <span className="avatar" style={{ ...sized(size), background: `hsl(${hue} ${saturation}% 38%)` }} aria-hidden="true">
      {initials}
    </span>
  );
}

export function BotMark({ size }: { size: number }): ReactNode {
  return (
    <svg className="avatar" style={sized(size)} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#12343b" />
      <path d="M8 10.5h11M8 16h16M8 21.5h9" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <circle cx="23.5" cy="10.5" r="2.5" fill="#ffb454" />
      <circle cx="21.5" cy="21.5" r="2.5" fill="#4fd1b5" />
    </svg>
  );
}

/** For the stylesheet, which makes avatars smaller on a phone. */
function sized(size: number): CSSProperties {
  return { '--size': `${size}px` } as CSSProperties; // whose type knows no variables
}
