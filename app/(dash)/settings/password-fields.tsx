import { LEAST_PASSWORD } from '@/lib/services/settings/account-rules';
import { TextField } from '@/lib/ui/components/text-field';
import type { useForm } from '@/lib/ui/hooks/use-form';
import type { PasswordTexts } from './form-problems';

export const NO_PASSWORDS: { [K in keyof PasswordTexts]: string } = { current: '', next: '', again: '' };

/** The current password, and the new one twice. */
export function PasswordFields({
  field,
  current,
  className,
}: {
  field: ReturnType<typeof useForm<typeof NO_PASSWORDS>>['field'];
  /** Label of the current password. */
  current: string;
  className: string;
}) {
  const next = { type: 'password', autoComplete: 'new-password', className } as const;
  return (
    <>
      <TextField label={current} type="password" autoComplete="current-password" className={className} {...field('current')} />
      <TextField label={`New, ${LEAST_PASSWORD} characters or more`} {...next} {...field('next')} />
      <TextField label="New, again" {...next} {...field('again')} />
    </>
  );
}
