// Numbers and short names as people read them.
export function number(value) {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-3)) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(size >= 1000 ? 4 : 3)));
}

// end: of the run; one that is over within a second is told in milliseconds, within a millisecond in microseconds
export function seconds(time, end = time) {
  if (end < 1e-3) return `${(time * 1e6).toFixed(1)} \u00b5s`;
  return end < 1 ? `${(time * 1e3).toFixed(1)} ms` : `${time.toFixed(end < 10 ? 2 : 1)} s`;
}

// Steps of 1, 2, 2.5 or 5 times a power of ten: about `count` of them between low and high.
export function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((m) => m * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

// Index of the last of the sorted `times` that is not after `time`; 0 before the first.
export function frameAt(times, time) {
  let low = 0;
  let high = times.length - 1;
  const slack = 1e-6 * (times[high] - times[0]); // what 32 bits of the file round off
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= time + slack) low = middle;
    else high = middle - 1;
  }
  return low;
}
