"""Writes the tables of this folder: python oracle.py (Python 3.11, mpmath 1.4.1, numpy 2.4.6).

Arguments are printed so that they read back as the same double; values carry 50 significant digits
(numpy's quantiles: 17, because numpy computes in double).
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 80


def text(value):
    return mp.nstr(value, 50, min_fixed=0, max_fixed=0)


def write(name, program, columns, rows):
    with open(name, "w", encoding="utf-8") as file:
        file.write(f"# {program}; oracle.py writes this table\n# {columns}\n")
        file.writelines(",".join(row) + "\n" for row in rows)


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def normal():
    xs = [0.0, 1e-300, -1e-300, 1e-17, -1e-17, 1e-9, 0.1, -0.1, 0.3, -0.3, 0.5, -0.5, 0.6744897501960817, 1.0, -1.0]
    xs += [s * x for x in (1.2, 1.4142135623730951, 1.6448536269514722, 1.9599639845400545, 2.2, 2.5758293035489004,
                           3.0, 3.3333333333333335, 3.7190164854556804, 4.0, 4.4, 4.753424308822899, 5.0) for s in (-1, 1)]
    xs += [-x for x in (5.5, 6.0, 6.7, 7.3, 8.0, 9.1, 10.0, 11.7, 12.0, 13.3, 15.0, 16.9, 18.0, 20.0, 22.2, 24.0,
                        25.1, 27.0, 28.3, 30.0, 31.7, 33.0, 34.9, 35.0, 36.6, 37.0, 37.4, 37.5)]
    xs += [5.5, 6.0, 7.0, 8.0, 8.29, 9.0, 20.0, 38.0]
    rows = []
    for x in xs:
        m = mp.mpf(x)
        rows.append((repr(x), text(cdf(m)), text(mp.npdf(m)), text(mp.log(cdf(m)) if x < 0 else mp.log1p(-cdf(-m)))))
    for x in (-38.0, -40.0, -100.0, -1e4, -1e8):
        m = mp.mpf(x)
        rows.append((repr(x), "", "", text(-m * m / 2 - mp.log(mp.sqrt(2 * mp.pi)) + mp.log(mills(-m)))))
    write("normal.csv", "Python 3.11, mpmath 1.4.1", "x, cdf, pdf, ln cdf", rows)


def mills(x):
    """The Mills ratio (1 - cdf)/pdf by Laplace's continued fraction, for large x."""
    value = mp.mpf(0)
    for k in range(4000, 0, -1):
        value = k / (x + value)
    return 1 / (x + value)


def quantile(p):
    """The normal quantile by Newton's method on ln cdf, for p <= 1/2."""
    x = -mp.sqrt(-2 * mp.log(p)) if p < mp.mpf("0.2") else mp.mpf(-0.1)
    for _ in range(60):
        value = cdf(x)
        x -= mp.log(value / p) * value / mp.npdf(x)
    return x


def normal_quantile():
    ps = [0.5, 0.4999999999999999, 0.499999, 0.49, 0.45, 0.4, 0.33, 0.3, 0.26, 0.25, 0.2, 0.16, 0.1, 0.0755, 0.075, 0.0745,
          0.05, 0.025, 0.02425, 0.01, 0.005, 0.001, 0.0005, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1.3e-11, 1.4e-11, 1e-12,
          1e-15, 1e-20, 1e-30, 1e-50, 1e-77, 1e-100, 1e-150, 1e-200, 1e-250, 1e-300, 2.3e-308]
    ps += [0.5000000000000001, 0.51, 0.6, 0.7, 0.75, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999, 0.99999, 0.999999,
           1 - 1e-9, 1 - 1e-12, 1 - 1e-15, 1 - 2.0**-53]
    rows = []
    for p in ps:
        m = mp.mpf(p)
        rows.append((repr(p), text(mp.mpf(0) if p == 0.5 else quantile(m) if p < 0.5 else -quantile(1 - m))))
    write("normal_quantile.csv", "Python 3.11, mpmath 1.4.1", "p, quantile", rows)


def beta_cdf(x, a, b):
    """The series of positive terms DLMF 8.17.8, on the side where its argument is at most 1/2."""
    if x > mp.mpf(1) / 2:
        return 1 - beta_cdf(1 - x, b, a)
    term, total, k = mp.mpf(1), mp.mpf(1), 0
    while term > total * mp.mpf(10) ** -75:
        term *= (a + b + k) / (a + 1 + k) * x
        total += term
        k += 1
    ln_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    return mp.exp(a * mp.log(x) + b * mp.log(1 - x) - ln_beta) / a * total


def beta():
    cases = [(0.5, 0.5, 0.5), (0.1, 0.5, 0.5), (0.001, 0.5, 10.5), (0.02, 0.5, 10.5), (0.3, 0.5, 10.5), (0.9, 10.5, 0.5),
             (0.999, 10.5, 0.5), (0.25, 1.0, 1.0), (0.3, 2.0, 3.0), (0.7, 2.0, 3.0), (0.01, 3.5, 97.5), (0.035, 3.5, 97.5),
             (0.1, 3.5, 97.5), (1e-10, 0.5, 1000.5), (1e-6, 0.5, 1000.5), (0.005, 0.5, 1000.5), (0.05, 50.5, 950.5),
             (0.03, 50.5, 950.5), (0.08, 50.5, 950.5), (0.02, 20000.5, 979999.5), (0.0195, 20000.5, 979999.5),
             (0.0205, 20000.5, 979999.5), (0.5, 1000000.0, 1000000.0), (0.499, 1000000.0, 1000000.0), (0.3, 100.0, 100.0),
             (0.1, 100.0, 100.0), (1e-300, 0.5, 0.5), (0.92, 10.0, 0.01), (0.999, 0.01, 0.01), (0.1, 0.01, 10.0)]
    write("beta.csv", "Python 3.11, mpmath 1.4.1", "x, a, b, cdf",
          [(*map(repr, case), text(beta_cdf(*map(mp.mpf, case)))) for case in cases])


def beta_quantile(p, a, b):
    """Newton's method on ln cdf over logit x from the left, where ln cdf is concave, until the step vanishes."""
    ln_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    u = (mp.log(p) + mp.log(a) + ln_beta) / a
    for _ in range(200):
        x = 1 / (1 + mp.exp(-u))
        value = beta_cdf(x, a, b)
        step = mp.log(value / p) * value / mp.exp(a * mp.log(x) + b * mp.log(1 - x) - ln_beta)
        u -= step
        if abs(step) < mp.mpf(10) ** -55 * (1 + abs(u)):
            return 1 / (1 + mp.exp(-u))
    raise ArithmeticError((p, a, b))


def beta_quantiles():
    cases = [(p, a, b) for a, b in ((0.5, 10.5), (3.5, 97.5), (50.5, 950.5), (100.5, 0.5), (2.0, 3.0), (0.01, 0.5))
             for p in (0.025, 0.5, 0.975)]
    cases += [(0.025, 0.5, 1000000.5), (0.975, 0.5, 1000000.5), (0.025, 20000.5, 979999.5), (0.975, 20000.5, 979999.5),
              (1e-12, 5.5, 20.5), (1e-100, 5.5, 20.5), (0.999999, 5.5, 20.5), (0.3, 1.0, 1.0), (0.05, 0.5, 0.5)]
    write("beta_quantile.csv", "Python 3.11, mpmath 1.4.1", "p, a, b, quantile",
          [(*map(repr, case), text(beta_quantile(*map(mp.mpf, case)))) for case in cases])


def gamma():
    cases = [(x, a) for a in (0.5, 1.0, 2.5, 10.0, 100.0, 12345.5) for x in (0.01 * a, 0.5 * a, a, 1.5 * a + 1.0)]
    cases += [(1000300.0, 1e6), (999000.0, 1e6), (3.0, 20.0), (0.1, 1e-3), (80.0, 2.0), (700.0, 0.5)]
    rows = []
    for case in cases:
        x, a = map(mp.mpf, case)
        upper = mp.gammainc(a, x, mp.inf, regularized=True)
        lower = mp.gammainc(a, 0, x, regularized=True)
        rows.append((*map(repr, case), text(lower), text(upper)))
    write("gamma.csv", "Python 3.11, mpmath 1.4.1", "x, shape, lower, upper", rows)
    xs = [1e-300, 1e-9, 0.1, 0.5, 0.9999, 1.0001, 1.4616321449683623, 1.5, 1.9999, 2.5, 3.0, 8.0, 17.3, 171.5, 1e6, 1e15, 1e300]
    write("ln_gamma.csv", "Python 3.11, mpmath 1.4.1", "x, ln gamma", [(repr(x), text(mp.loggamma(mp.mpf(x)))) for x in xs])


def elementary():
    xs = [-745.0, -700.0, -36.8, -20.0, -3.0, -0.5, -1e-9, 0.0, 1e-9, 0.5, 1.0, 3.0, 20.0, 36.0]
    rows = [("logistic", repr(x), text(1 / (1 + mp.exp(-mp.mpf(x))))) for x in xs[1:]]
    ps = [1e-300, 1e-20, 1e-3, 0.1, 0.249, 0.25, 0.3, 0.4999, 0.49999999999, 0.5000000001, 0.6, 0.75, 0.76, 0.9, 0.999, 1 - 2.0**-53]
    rows += [("logit", repr(p), text(mp.log(mp.mpf(p) / (1 - mp.mpf(p))))) for p in ps]
    for x in (-1.5, -1e-10, 1e-10, 0.1, 0.75, 2.0, 10.0, 100.5):
        m = mp.mpf(x)
        rows += [("exp", repr(x), text(mp.exp(m))), ("exp_m1", repr(x), text(mp.expm1(m))), ("exp2", repr(x), text(2**m))]
        rows += [("ln", repr(abs(x)), text(mp.log(abs(m)))), ("sqrt", repr(abs(x)), text(mp.sqrt(abs(m))))]
        rows += [("ln_1p", repr(abs(x)), text(mp.log(1 + abs(m)))), ("pow_1.7", repr(abs(x)), text(abs(m) ** mp.mpf(1.7)))]
    write("elementary.csv", "Python 3.11, mpmath 1.4.1", "function, x, value", rows)


def quantiles():
    samples = ([3.0], [1.0, 2.0], [-4.5, 0.25, 0.25, 7.0, 19.5], [1.0, 1.5, 2.0, 4.0, 8.0, 16.0, 23.0, 42.0],
               [-100.25, -20.5, -3.0, 0.0, 0.125, 2.75, 9.5, 11.0, 30.0, 31.0, 77.0, 1000.0])
    kinds = ("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
             "linear", "median_unbiased", "normal_unbiased")
    rows = []
    for sample in samples:
        for kind in kinds:
            for p in (0.0, 0.01, 0.125, 0.25, 0.3, 0.375, 0.5, 0.625, 0.75, 0.875, 0.95, 1.0):
                value = np.quantile(np.array(sample), p, method=kind)
                rows.append((kind, repr(p), repr(float(value)), " ".join(map(repr, sample))))
    write("quantile.csv", "Python 3.11, numpy 2.4.6", "type, p, numpy.quantile, sorted sample", rows)


for table in (normal, normal_quantile, beta, beta_quantiles, gamma, elementary, quantiles):
    table()
