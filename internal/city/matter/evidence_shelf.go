package matter

import (
	"context"
	"fmt"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
)

// Shelf lets the room use the evidence store.
func Shelf(ev *evidence.Store) Exhibits { return shelf{ev} }

type shelf struct{ ev *evidence.Store }

// Look reads pieces of evidence; those of another account are told apart from none only by
// Use, which knows whether they are at the object already.
func (s shelf) Look(ctx context.Context, tx *store.Tx, ids []int64) ([]Exhibit, error) {
	out := make([]Exhibit, 0, len(ids))
	for _, id := range ids {
		it, err := evidence.Get(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.Invalid, "evidence_unknown", "材料不存在或不是您上传的，请重新上传").
				WithField("body.evidence", "找不到这份材料", fmt.Sprint(id))
		}
		if err != nil {
			return nil, err
		}
		at := it.CapturedAt
		if at.IsZero() {
			at = it.ReceivedAt
		}
		out = append(out, Exhibit{ID: id, Kind: string(it.Kind), SHA256: it.SHA256, CapturedAt: at.UnixMilli()})
	}
	return out, nil
}

// Use puts evidence to an object. The system brings what a person handed to it (a part that
// is split off, a merge): that is no second use.
func (s shelf) Use(ctx context.Context, tx *store.Tx, object string, ids []int64, at *geo.Point, reported int64) error {
	actor, _ := access.From(ctx)
	u := evidence.Use{Object: object, IDs: ids, Handed: actor.IsSystem()}
	if reported != 0 {
		u.Reported = time.UnixMilli(reported).In(clock.Shanghai)
	}
	if at != nil {
		u.Place = &evidence.Place{Lng: at.Lng, Lat: at.Lat}
	}
	_, err := s.ev.Attach(ctx, tx, u)
	return err
}
