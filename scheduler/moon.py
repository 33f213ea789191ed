"""When the moon is full.

The method is chapter 49 of Jean Meeus, Astronomical Algorithms (2nd ed., 1998): a mean phase and its periodic terms,
good to a few seconds of dynamical time. Delta T follows the polynomials of Espenak and Meeus (NASA Five Millennium
Canon, eclipse.gsfc.nasa.gov/SEhelp/deltatpoly2004.html), within a minute over the years served here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import floor, radians, sin

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_J2000_DAY = 2451545.0

# (coefficient in days, power of E, multiples of M, M', F, Omega) for the full moon
_TERMS = (
    (-0.40614, 0, 0, 1, 0, 0),
    (0.17302, 1, 1, 0, 0, 0),
    (0.01614, 0, 0, 2, 0, 0),
    (0.01043, 0, 0, 0, 2, 0),
    (0.00734, 1, -1, 1, 0, 0),
    (-0.00515, 1, 1, 1, 0, 0),
    (0.00209, 2, 2, 0, 0, 0),
    (-0.00111, 0, 0, 1, -2, 0),
    (-0.00057, 0, 0, 1, 2, 0),
    (0.00056, 1, 1, 2, 0, 0),
    (-0.00042, 0, 0, 3, 0, 0),
    (0.00042, 1, 1, 0, 2, 0),
    (0.00038, 1, 1, 0, -2, 0),
    (-0.00024, 1, -1, 2, 0, 0),
    (-0.00017, 0, 0, 0, 0, 1),
    (-0.00007, 0, 2, 1, 0, 0),
    (0.00004, 0, 0, 2, -2, 0),
    (0.00004, 0, 3, 0, 0, 0),
)
# (coefficient in days, angle at k=0, degrees per lunation): the planets' pull
_PLANETS = (
    (0.000325, 299.77, 0.107408),
    (0.000165, 251.88, 0.016321),
    (0.000164, 251.83, 26.651886),
    (0.000126, 349.42, 36.412478),
    (0.000110, 84.66, 18.206239),
    (0.000062, 141.74, 53.303771),
    (0.000060, 207.14, 2.453732),
    (0.000056, 154.84, 7.306860),
    (0.000047, 34.52, 27.261239),
    (0.000042, 207.19, 0.121824),
    (0.000040, 291.34, 1.844379),
    (0.000037, 161.72, 24.198154),
    (0.000035, 239.56, 25.513099),
    (0.000023, 331.55, 3.592518),
)


def full_moons(year: int, month: int) -> list[date]:
    """The UTC days of the full moons of a month, soonest first: one, seldom two, in February perhaps none."""
    k = floor((year + (month - 1) / 12 - 2000) * 12.3685) - 0.5
    days = [_full_moon(k + i).date() for i in range(4)]
    return [d for d in days if (d.year, d.month) == (year, month)]


def _full_moon(k: float) -> datetime:
    """The full moon of lunation `k` (a half-integer; -0.5 is the one before 6 January 2000) in UTC."""
    t = k / 1236.85
    mean = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2 - 0.000000150 * t**3
    eccentricity = 1 - 0.002516 * t - 0.0000074 * t**2
    sun = 2.5534 + 29.10535670 * k - 0.0000014 * t**2
    moon = 201.5643 + 385.81693528 * k + 0.0107582 * t**2 + 0.00001238 * t**3
    latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t**2 - 0.00000227 * t**3
    node = 124.7746 - 1.56375588 * k + 0.0020672 * t**2
    periodic = sum(
        c * eccentricity**e * sin(radians(m * sun + mm * moon + f * latitude + o * node))
        for c, e, m, mm, f, o in _TERMS
    )
    planets = sum(c * sin(radians(a + b * k)) for c, a, b in _PLANETS)
    at = _J2000 + timedelta(days=mean + periodic + planets - _J2000_DAY)
    return at - timedelta(seconds=_delta_t(at.year + (at.month - 0.5) / 12))


def _delta_t(y: float) -> float:
    """Seconds by which dynamical time is ahead of universal time, for 1941 to 2150."""
    if y < 1961:
        t = y - 1950
        return 29.07 + 0.407 * t - t**2 / 233 + t**3 / 2547
    if y < 1986:
        t = y - 1975
        return 45.45 + 1.067 * t - t**2 / 260 - t**3 / 718
    t = y - 2000
    if y < 2005:
        return 63.86 + 0.3345 * t - 0.060374 * t**2 + 0.0017275 * t**3 + 0.000651814 * t**4 + 0.00002373599 * t**5
    if y < 2050:
        return 62.92 + 0.32217 * t + 0.005589 * t**2
    return -20 + 32 * ((y - 1820) / 100) ** 2 - 0.5628 * (2150 - y)
