import { capabilityRegistry } from './registry-capability';
import { controlRegistry } from './registry-control';
import { krigingRegistry } from './registry-kriging';
import { learningRegistry } from './registry-learning';
import { mpcRegistry } from './registry-mpc';
import { numericsRegistry } from './registry-numerics';
import { opticsRegistry } from './registry-optics';
import { overlayRegistry } from './registry-overlay';
import { samplingRegistry } from './registry-sampling';
import { spcRegistry } from './registry-spc';
import { spcAdvancedRegistry } from './registry-spc-advanced';
import { uncertaintyRegistry } from './registry-uncertainty';
import { vmRegistry } from './registry-vm';
import { zernikeRegistry } from './registry-zernike';
import type { Registry } from './types';

/** All methods. A capability adds a file `registry-<name>.ts` and a line here. */
export const registry: Registry = {
  ...spcRegistry,
  ...capabilityRegistry,
  ...learningRegistry,
  ...numericsRegistry,
  ...samplingRegistry,
  ...uncertaintyRegistry,
  ...spcAdvancedRegistry,
  ...overlayRegistry,
  ...zernikeRegistry,
  ...vmRegistry,
  ...controlRegistry,
  ...mpcRegistry,
  ...krigingRegistry,
  ...opticsRegistry,
};
