'use client';
import { TextField } from '@/lib/ui/components/text-field';

/** A number as text, with its message beneath. */
export function LimitInput({
  set,
  ...p
}: {
  label: string;
  value: string;
  problem: string | undefined;
  set: (v: string) => void;
}) {
  return <TextField {...p} className="w-full text-right" inputMode="decimal" autoComplete="off" onText={set} />;
}
