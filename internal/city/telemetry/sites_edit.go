package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// EventSite is told when the register changes; its object is the site's code.
const EventSite = "site.changed"

// SiteChange is an edit of a site by a person; nil leaves a field as it is.
type SiteChange struct {
	Name       *string
	Kind       *Kind
	Region     *region.Code
	Lon, Lat   *float64
	Background *bool
	Counted    *bool
	From, To   *calendar.Day
	Aliases    *[]string
}

// ChangeSite edits a site that was read at a version. Needs site.write where the site lies
// and where it goes. Its code never changes: the observations hang on it. A former name stays
// an alias, so that files with it still find the site. Errors: conflict stale; conflict when
// another site of the city has the name; invalid with the fields.
func (s *Service) ChangeSite(ctx context.Context, code string, version int64, c SiteChange) (out Site, err error) {
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		old, err := siteFor(ctx, tx, access.SiteWrite, code)
		if err != nil {
			return err
		}
		if old.Version != version {
			return rest.Stale()
		}
		if out, err = c.apply(old); err != nil {
			return err
		}
		if _, err := access.Require(ctx, access.SiteWrite, out.Region); err != nil {
			return err
		}
		if err := refuseTwin(ctx, tx, out); err != nil {
			return err
		}
		if same(old, out) && slices.Equal(old.Aliases, out.Aliases) {
			return nil
		}
		if err := removeAliases(ctx, tx, old.ID); err != nil {
			return err
		}
		if err := updateSite(ctx, tx, &out, out.Aliases); err != nil {
			return err
		}
		if err := recordSite(ctx, tx, "site.change", "修改监测点位 "+out.Name, &old, &out); err != nil {
			return err
		}
		return publish(ctx, tx, EventSite, out.Code, out.Region)
	})
	return out, err
}

// apply makes the edited site, checked.
func (c SiteChange) apply(old Site) (Site, error) {
	spec := SiteSpec{Code: old.Code, Name: old.Name, Kind: old.Kind, Region: old.Region, Lon: old.Lon, Lat: old.Lat,
		Background: old.Background, Counted: old.Counted, From: old.From, To: old.To, Aliases: slices.Clone(old.Aliases)}
	set(&spec.Name, c.Name)
	set(&spec.Kind, c.Kind)
	set(&spec.Region, c.Region)
	set(&spec.Lon, c.Lon)
	set(&spec.Lat, c.Lat)
	set(&spec.Background, c.Background)
	set(&spec.Counted, c.Counted)
	set(&spec.From, c.From)
	set(&spec.To, c.To)
	set(&spec.Aliases, c.Aliases)
	if importer.ParseStationName(spec.Name).Base != old.Name {
		spec.Aliases = append(spec.Aliases, old.Name)
	}
	if (spec.Kind == City) != (old.Kind == City) {
		return Site{}, fault.New(fault.Invalid, "site", "监测点位信息有误").
			WithField("body.kind", "城市值与站点不能互换，请另行登记", string(spec.Kind))
	}
	out, err := spec.clean()
	out.ID, out.Version = old.ID, old.Version
	out.Aliases = slices.Compact(out.Aliases)
	return out, err
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func removeAliases(ctx context.Context, tx *store.Tx, site int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM site_alias WHERE site_id = $1", site)
	return err
}
