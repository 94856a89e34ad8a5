import { z } from 'zod';
import { recordIdIn } from '@/lib/formats/scalars';
import { verb } from '../verb';
import { ruleSpec } from './rules';
import { previewRules, type RulesPreview } from './views/rules';

/** Days that a preview looks back. */
export const PREVIEW_DAYS = 7;

/** What the rules would have sent in the last days with this one as it is being edited. Nothing changes. */
export const previewRule = verb(
  {
    name: 'notify-rule.preview',
    least: 'engineer',
    input: z.strictObject({ id: recordIdIn('rule').nullable(), spec: ruleSpec }),
  },
  (ctx, draft): Promise<RulesPreview> => previewRules(ctx.now(), PREVIEW_DAYS, draft),
);
