import { StatusMark } from './status-mark';

/** Why a form over an older version cannot be sent. */
export const behindWords = (version: number): string => `Version ${version} came into force meanwhile: take it over first.`;

/** Beside a form whose version is no longer in force. */
export function BehindNotice({
  version,
  about,
  both = [],
  onFollow,
  onDrop,
}: {
  version: number;
  /** Who made it and why. */
  about?: string | undefined;
  /** What both that version and the form changed, in words. */
  both?: readonly string[];
  onFollow: () => void;
  onDrop?: () => void;
}) {
  const clash = both.length === 0 ? '' : ` Both changed ${both.join(', ')}: what you typed stays there.`;
  return (
    <p role="alert" className="border-l-2 border-warn bg-warn-wash px-3 py-2 my-2 flex items-center gap-3 text-sm">
      <StatusMark
        status="warn"
        wrap
        text={`Version ${version} came into force while you were typing${about === undefined ? '' : `, ${about}`}.${clash}`}
      />
      <button type="button" className="link ml-auto whitespace-nowrap" onClick={onFollow}>
        Take it over and keep what I typed
      </button>
      {onDrop ? (
        <button type="button" className="link whitespace-nowrap" onClick={onDrop}>
          Drop what I typed
        </button>
      ) : null}
    </p>
  );
}
