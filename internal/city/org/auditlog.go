package org

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// AuditLog lists entries of the audit chain that the actor may see, newest first: those of
// its regions, and for a city or wider also those that belong to no region. next is the
// cursor of the page after, 0 at the end.
func (s *Service) AuditLog(ctx context.Context, f audit.Filter) (list []audit.Record, next int64, total int, err error) {
	if err := auditScope(ctx, &f); err != nil {
		return nil, 0, 0, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if list, next, err = audit.List(ctx, tx, f); err != nil {
			return err
		}
		total, err = audit.Count(ctx, tx, f)
		return err
	})
	return list, next, total, err
}

// auditScope narrows a filter to what the actor may see.
func auditScope(ctx context.Context, f *audit.Filter) error {
	a, err := access.RequireAnywhere(ctx, access.AuditRead)
	if err != nil || a.All(access.AuditRead) {
		return err
	}
	f.Regions = append([]region.Code{}, a.Scopes(access.AuditRead)...) // never nil: nil is no limit
	for _, r := range f.Regions {
		f.NoRegion = f.NoRegion || r.Level() <= region.Prefecture
	}
	return nil
}

// VerifyAudit checks the whole chain and records that it was checked.
func (s *Service) VerifyAudit(ctx context.Context) (audit.Report, error) {
	if _, err := access.RequireAnywhere(ctx, access.AuditVerify); err != nil {
		return audit.Report{}, err
	}
	rep, err := audit.Verify(ctx, s.db)
	if err != nil {
		return rep, err
	}
	summary := fmt.Sprintf("校验审计链：%d 条完整", rep.Entries)
	if !rep.OK {
		summary = "校验审计链：不完整，" + rep.Reason
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "audit.verify", Object: "audit", Summary: summary})
	})
	if !rep.OK {
		err = nil // the finding counts, whether or not the broken chain takes the entry
	}
	return rep, err
}
