"""scipy (MINPACK lm) on the Tauc-Lorentz ellipsometry fit: 6 parameters, 92 data. Prints one JSON line.

usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python3 fit_ref.py inversion.json
"""
import json, sys, time
import numpy as np
from scipy.optimize import least_squares
from optics_ref import psi_delta, tmm_r


def tauc_lorentz(e, g, a, e0, c):
    alpha = np.sqrt(4 * e0 * e0 - c * c); gm2 = e0 * e0 - c * c / 2
    z4 = (e * e - gm2) ** 2 + alpha ** 2 * c * c / 4
    aln = (g * g - e0 * e0) * e * e + g * g * c * c - e0 * e0 * (e0 * e0 + 3 * g * g)
    at = (e * e - e0 * e0) * (e0 * e0 + g * g) + g * g * c * c
    e1 = a * c * aln / (2 * np.pi * z4 * alpha * e0) * np.log((e0 * e0 + g * g + alpha * g) / (e0 * e0 + g * g - alpha * g))
    e1 = e1 - a * at / (np.pi * z4 * e0) * (np.pi - np.arctan((2 * g + alpha) / c) + np.arctan((alpha - 2 * g) / c))
    e1 = e1 + 2 * a * e0 * g / (np.pi * z4 * alpha) * (e * e - gm2) * (np.pi + 2 * np.arctan(2 * (gm2 - g * g) / (alpha * c)))
    e1 = e1 - a * e0 * c * (e * e + g * g) / (np.pi * z4 * e) * np.log(np.abs(e - g) / (e + g))
    e1 = e1 + 2 * a * e0 * c * g / (np.pi * z4) * np.log(np.abs(e - g) * (e + g) / np.sqrt((e0 * e0 - g * g) ** 2 + g * g * c * c))
    e2 = np.where(e > g, a * e0 * c * (e - g) ** 2 / ((e * e - e0 * e0) ** 2 + c * c * e * e) / e, 0)
    return e1 + 1j * e2


case = next(c for c in json.load(open(sys.argv[1]))['cases'] if c['id'] == 'ell-tauc-lorentz')['inputs']
wl = np.array(case['wavelength_nm']); e = 1239.8419843320026 / wl
sub = np.array(case['substrate']['re']) + 1j * np.array(case['substrate']['im']); ox = np.array(case['oxide_n']) + 0j
data, sigma = np.array(case['data']), np.array(case['sigma'])


def residual(p):
    n = np.sqrt(p[4] + tauc_lorentz(e, *p[:4])); out = []
    for angle in case['angle_deg']:
        rs, rp = tmm_r([1 + 0 * ox, ox, n, sub], [case['oxide_nm'], p[5]], angle, wl)
        out.append(np.stack(psi_delta(rp, rs), axis=1).ravel())
    d = np.concatenate(out) - data
    d[1::2] = (d[1::2] + 180) % 360 - 180
    return d / sigma


best, r = 1e9, None
for _ in range(10):
    t = time.perf_counter(); r = least_squares(residual, case['start'], method='lm', xtol=1e-12, ftol=1e-12); best = min(best, time.perf_counter() - t)
print(json.dumps({"workload": "fit", "program": "scipy/MINPACK", "seconds": best, "check": [float(r.x[0]), float(2 * r.cost)]}))
