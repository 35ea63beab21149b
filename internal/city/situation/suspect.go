package situation

import (
	"context"
	"fmt"
	"slices"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/air"
)

// withoutSuspects gives columns of hours, as known at asOf (ms, 0: now), without the values
// that are marked suspect and on which nobody has decided, where the rules of plausibility
// leave them out (telemetry/rules.toml). The given columns are not written to.
func withoutSuspects(ctx context.Context, tx *store.Tx, rules *telemetry.Rules, ids []series.ID, grid series.Grid, asOf int64, values []int16) ([]int16, error) {
	if !rules.LeavesOut() || grid.N == 0 {
		return values, nil
	}
	out := slices.Clone(values)
	for i, id := range ids {
		if id == 0 {
			continue
		}
		c, err := series.Read(ctx, tx, []series.ID{id}, grid.First, grid.Time(grid.N-1), asOf)
		if err != nil {
			return nil, err
		}
		for j, f := range c.Flags {
			if undecided(f) && !rules.SuspectCounts(grid.Time(j)) {
				out[i*grid.N+j] = air.Missing
			}
		}
	}
	return out, nil
}

// undecided tells a suspect value on which no person and no review has decided.
func undecided(f series.Flag) bool {
	return f&series.Suspect != 0 && f&(series.Corrected|series.Audited) == 0
}

// suspectWord says whether a suspect value takes part in statistics.
func suspectWord(counts bool) (zh, en string) {
	if counts {
		return "人工更正前计入统计", "counts until a person corrects it"
	}
	return "人工更正前不计入统计", "does not count until a person corrects it"
}

// suspectsAmong says how many of several values are suspect.
func suspectsAmong(n int, counts bool) (zh, en string) {
	zh, en = suspectWord(counts)
	return fmt.Sprintf("（含 %d 个存疑值，%s）", n, zh), fmt.Sprintf(" (%d of them suspect: each %s)", n, en)
}
