/** What stands at the left of a step, on the line of the flow. */
export function Mark({ text, strong = false }: { text: string; strong?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`w-5 h-5 shrink-0 rounded-full border text-center text-xs leading-[18px] ${strong ? 'border-accent text-accent' : 'border-hairline-strong text-ink-2'}`}
    >
      {text}
    </span>
  );
}
