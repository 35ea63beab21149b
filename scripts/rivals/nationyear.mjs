// Job J1 (nation-year) as one SQL statement, the same for PostgreSQL and DuckDB. The check line
// is that of checks/nationyear; what differs between the two engines is the sign of the integer
// division.
const items = ['so2', 'no2', 'pm10', 'pm25', 'co', 'o3'];
const table = [
  [0, 50, 150, 475, 800, 1600, 2100, 2620],
  [0, 40, 80, 180, 280, 565, 750, 940],
  [0, 50, 150, 250, 350, 420, 500, 600],
  [0, 35, 75, 115, 150, 250, 350, 500],
  [0, 20, 40, 140, 240, 360, 480, 600],
  [0, 100, 160, 215, 265, 800],
]; // daily breakpoints of HJ 633-2012; CO in 0.1 mg/m³
const level = [0, 50, 100, 150, 200, 300, 400, 500];
const limit = [60, 40, 70, 35, 40, 160];
const months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @param {string} div the engine's integer division */
export function nationYear(div) {
  /** Half-even quotient (GB/T 8170). @param {string} a @param {string} b */
  const half = (a, b) => `((${a}) ${div} (${b}) + case when 2*((${a}) % (${b})) > (${b}) or 2*((${a}) % (${b})) = (${b}) and ((${a}) ${div} (${b})) % 2 = 1 then 1 else 0 end)`;
  /** @param {number} p @param {string} x */
  const iaqi = (p, x) => {
    const t = /** @type {number[]} */ (table[p]);
    const steps = t.slice(1).map((hi, i) => `when ${x} <= ${hi} then ${level[i]} + (${level[i + 1] - level[i]}*(${x} - ${t[i]}) + ${hi - t[i] - 1}) ${div} ${hi - t[i]}`);
    return `case when ${x} is null then null ${steps.join(' ')} else ${p === 5 ? 300 : 500} end`;
  };
  // The j-th of n sorted values is hit by k = (n−1)·p/100; both neighbours weigh in.
  const percentile = (/** @type {string} */ p) => half(`cast(sum(case when rn-1 = (n-1)*${p} ${div} 100 then x*(100 - (n-1)*${p} % 100) when rn-2 = (n-1)*${p} ${div} 100 then x*((n-1)*${p} % 100) else 0 end) as bigint)`, '100'); // PostgreSQL sums bigint to numeric
  const bounds = months.map((n, i) => [i + 1, months.slice(0, i).reduce((a, b) => a + b, 0), n]);
  const month = `case ${bounds.slice(0, -1).map(([m, from, n]) => `when d < ${/** @type {number} */ (from) + /** @type {number} */ (n)} then ${m}`).join(' ')} else 12 end`;
  /** Composite index per city and grp. @param {string} name @param {string} grp */
  const index = (name, grp) => `
  ${name}_sorted as (select p, c, ${grp} g, x, row_number() over (partition by p, c, ${grp} order by x) rn, count(*) over (partition by p, c, ${grp}) n from long),
  ${name}_item as (select p, c, g, case p when 4 then ${percentile('95')} when 5 then ${percentile('90')} else ${half('cast(sum(x) as bigint)', 'count(x)')} end v from ${name}_sorted group by p, c, g),
  ${name} as (select c, g, sum(case p ${limit.map((l, p) => `when ${p} then ${half('v*100', String(l))}`).join(' ')} end) i from ${name}_item group by c, g)`;
  return `
with mean as (
  select c, d, ${items.slice(0, 5).map((f) => `case when count(${f}) >= 20 then ${half(`sum(${f})`, `count(${f})`)} end ${f}`).join(', ')}
  from hour group by c, d),
eight as (
  select c, d, l, sum(o3) over w s, count(o3) over w n from hour
  window w as (partition by c, d order by l rows between 7 preceding and current row)),
ozone as (
  select c, d, count(*) windows, ${half('max(s * (168 ' + div + ' n))', '168')} m from eight where l >= 8 and n >= 6 group by c, d),
day as materialized (
  select mean.c, mean.d, ${items.slice(0, 5).join(', ')}, case when windows >= 14 or m > 160 then m end o3
  from mean left join ozone on ozone.c = mean.c and ozone.d = mean.d),
sub as (select ${items.map((f, p) => `${iaqi(p, f)} i${p}`).join(', ')} from day),
rated as (
  select *, greatest(${items.map((_, p) => `coalesce(i${p}, -1)`).join(', ')}) aqi, ${items.map((_, p) => `i${p} is null`).join(' or ')} missing from sub),
valid as (select * from rated where aqi >= 0 and not (missing and aqi <= 100)),
long as materialized (${items.map((f, p) => `select ${p} p, c, d, ${f} x from day where ${f} is not null`).join(' union all ')}),
${index('year', '0')},
${index('monthly', month)},
ranked as (select c, rank() over (order by i) r from year),
pct as (select p, c, case when p < 2 then ${percentile('98')} else ${percentile('95')} end v from year_sorted where p < 4 group by p, c)
select (select count(*) from valid) valid_days, (select sum(aqi) from valid) sum_aqi, (select count(*) from valid where aqi <= 100) good_days,
  (select sum(${items.map((_, p) => `case when i${p} = aqi then ${1 << p} else 0 end`).join(' + ')}) from valid where aqi > 50) sum_mask,
  ${items.map((f) => `(select sum(${f}) from day) day_${f}`).join(', ')},
  (select sum(i) from year) sum_index_year, (select sum(i) from monthly) sum_index_months,
  (select sum(r*(c+1)) from ranked) sum_rank_city, (select sum(v) from pct) sum_percentiles`;
}

/** @param {Record<string, unknown>} row of the statement @returns the check line of J1 */
export function checkOf(row) {
  const n = (/** @type {string} */ k) => Number(row[k]);
  return {
    valid_days: n('valid_days'), sum_aqi: n('sum_aqi'), good_days: n('good_days'), sum_mask: n('sum_mask'), sum_daily: items.map((f) => n(`day_${f}`)),
    sum_index_year: n('sum_index_year'), sum_index_months: n('sum_index_months'), sum_rank_city: n('sum_rank_city'), sum_percentiles: n('sum_percentiles'),
  };
}

/** @param {Int16Array} v the file of checks/nationyear @returns rows c,d,l,so2…o3; a missing value is empty */
export function* rows(v) {
  const cities = 338;
  const hours = 8760;
  for (let c = 0; c < cities; c++) {
    let out = '';
    for (let h = 0; h < hours; h++) {
      const cells = items.map((_, p) => v[(p * cities + c) * hours + h]).map((x) => (x !== undefined && x >= 0 ? x : ''));
      out += `${c},${Math.floor(h / 24)},${(h % 24) + 1},${cells.join(',')}\n`;
    }
    yield out;
  }
}

export const schema = `create table hour (c int, d int, l int, ${items.map((f) => `${f} int`).join(', ')})`;
