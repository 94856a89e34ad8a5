import { actOnAlert } from './alerts/actions';
import { actOnAlerts } from './alerts/bulk';
import { addCode, changeCode } from './alerts/codes';
import { disposeLots } from './alerts/dispositions';
import { joinIncident, ownAnIncident, splitIncident } from './alerts/incidents/verbs';
import { changePolicy } from './alerts/policy';
import { requestMeasurement, withdrawRequest } from './alerts/requests';
import {
  approveChecklist,
  discardChecklistDraft,
  keepChecklistDraft,
  releaseChecklist,
  retireChecklist,
  returnChecklist,
} from './checklists/drafts';
import { doStep, skipStep, stepBack } from './checklists/step';
import { changeLoop, setLoopState } from './control/change-loop';
import { approveProposal, rejectProposal } from './control/decide-proposal';
import { judgeDraft } from './control/judge-change';
import { replayLoop } from './control/views/replay';
import { registerFab } from './fab/register-fab';
import { holdSubject, noteHold, releaseEquipment, releaseLot } from './holds/verbs';
import { saveMapping } from './ingest/upload/mappings';
import { previewCsv, uploadCsv } from './ingest/upload/upload';
import { createChannel, setChannelActive, testChannel } from './notify/channels';
import { saveDigest } from './notify/digest';
import { previewRule } from './notify/preview';
import { setQuietHours } from './notify/quiet-hours';
import { retryNotification } from './notify/retry';
import { orderRules, saveRule } from './notify/save-rule';
import { discardDraft, keepDraft } from './recipes/drafts';
import { setRecipeActive } from './recipes/recipes';
import { approveDraft, releaseDraft, returnDraft } from './recipes/release-draft';
import { startTrial, stopTrial } from './recipes/start-trial';
import { startSurrogate, stopSurrogate } from './recipes/surrogates';
import { cancelOverride, overrideRota, saveRota } from './rota/verbs';
import { createApiKey, revokeApiKey } from './settings/api-keys';
import { changeOwnPassword, createUser, recordSignOut, resetPassword, setUserDisabled, setUserRole } from './settings/users';
import { changeChart, excludePoint, includePoint } from './spc/change-chart';
import { approveLimits, confirmFirstLimits, rejectLimits } from './spc/limits/decide';
import { changeLimitPolicy } from './spc/limits/policy';
import { proposeLimits } from './spc/limits/propose';
import { tryChange } from './spc/limits/try-change';
import { applyRuleSet } from './spc/rules/apply';
import { previewRuleSet } from './spc/rules/preview';
import { restoreRuleSet, retireRuleSet, saveRuleSet } from './spc/rules/save';
import { changeSpecification } from './spc/specification';
import { previewTemplate } from './spc/templates/preview';
import { restoreChart, restoreTemplate, retireChart, retireTemplate } from './spc/templates/retire';
import { saveTemplate } from './spc/templates/save';
import { createChart, previewChart } from './spc/templates/single';
import { exportAudit } from './system/views/audit';
import { dismissTask, replayTask } from './tasks/dead-letters';

/** All verbs: what a person may do, and from which role on. */
export const VERBS = [
  actOnAlert,
  actOnAlerts,
  disposeLots,
  changePolicy,
  joinIncident,
  splitIncident,
  ownAnIncident,
  keepChecklistDraft,
  discardChecklistDraft,
  releaseChecklist,
  approveChecklist,
  returnChecklist,
  retireChecklist,
  doStep,
  skipStep,
  stepBack,
  addCode,
  changeCode,
  requestMeasurement,
  withdrawRequest,
  holdSubject,
  releaseLot,
  releaseEquipment,
  noteHold,
  changeLoop,
  setLoopState,
  approveProposal,
  rejectProposal,
  judgeDraft,
  replayLoop,
  registerFab,
  saveMapping,
  previewCsv,
  uploadCsv,
  createChannel,
  setChannelActive,
  testChannel,
  saveRule,
  orderRules,
  previewRule,
  saveDigest,
  setQuietHours,
  retryNotification,
  saveRota,
  overrideRota,
  cancelOverride,
  keepDraft,
  discardDraft,
  releaseDraft,
  approveDraft,
  returnDraft,
  setRecipeActive,
  startTrial,
  stopTrial,
  startSurrogate,
  stopSurrogate,
  createApiKey,
  revokeApiKey,
  createUser,
  setUserRole,
  setUserDisabled,
  resetPassword,
  changeOwnPassword,
  recordSignOut,
  changeChart,
  excludePoint,
  includePoint,
  proposeLimits,
  tryChange,
  approveLimits,
  rejectLimits,
  confirmFirstLimits,
  changeLimitPolicy,
  changeSpecification,
  saveRuleSet,
  previewRuleSet,
  applyRuleSet,
  retireRuleSet,
  restoreRuleSet,
  saveTemplate,
  previewTemplate,
  retireTemplate,
  restoreTemplate,
  createChart,
  previewChart,
  retireChart,
  restoreChart,
  exportAudit,
  dismissTask,
  replayTask,
] as const;
