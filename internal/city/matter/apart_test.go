package matter_test

import (
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/store"
)

// appoint puts the person of one account into the post of another too, and signs in again.
func (c *town) appoint(who, into string) {
	c.Helper()
	_, err := c.org.AddHolder(c.system(), c.post(into), org.NewHolder{Name: "演示" + who})
	c.ok(err)
	token, err := c.org.Login(c.Context(), who, password, org.Visitor{})
	c.ok(err)
	c.actor[who], err = c.org.Authenticate(c.Context(), token)
	c.ok(err)
}

// Whoever did the work and holds a checking post as well checks nothing of it, names nobody
// who does, and the ball does not come to rest with them.
func TestADoerWithASecondPostIsStillTheDoer(t *testing.T) {
	both(t, func(c *town) {
		c.appoint("town2", "county2")
		m := c.open("town", dust(0))
		m = c.move("town2", c.move("town2", c.move("town", m, c.assign("town2")), accept), submit)
		for _, step := range []matter.Step{closes, {Transition: "name_checker", AssignPost: c.post("officer")}, {Transition: "name_checker", AssignPost: c.post("town2")}} {
			_, err := c.svc.Move(c.as("town2"), m.ID, m.Version, step)
			c.want(step.Transition+" by the doer as the county", err, kind.DoerExcluded)
			errs := c.svc.Bulk(c.as("town2"), []int64{m.ID}, step)
			c.want(step.Transition+" among several", errs[0], kind.DoerExcluded)
		}
		_, err := c.svc.Move(c.as("county"), m.ID, m.Version, matter.Step{Transition: "name_checker", AssignPost: c.post("county2")})
		c.want("the doer's other post named to check", err, kind.DoerExcluded)
		c.move("county", m, closes)

		own := c.open("county", dust(4000))
		own = c.move("county", c.move("county", c.move("town", own, c.assign("county")), accept), submit)
		if own.HolderPost != c.post("county2") {
			t.Errorf("the county's own work waits with post %d, want the county's other post %d", own.HolderPost, c.post("county2"))
		}
		both := c.open("county", dust(8000))
		both = c.move("town2", c.move("town2", c.move("town", both, c.assign("county2")), accept), submit)
		if both.HolderPost != c.post("county") {
			t.Errorf("the work of the person in county2 waits with post %d, want %d", both.HolderPost, c.post("county"))
		}
	})
}

// The ball passes by a county in which nobody is left to check, and goes up.
func TestTheBallGoesUpWhereAllHadAPart(t *testing.T) {
	both(t, func(c *town) {
		c.appoint("county", "county2")
		m := c.open("town", dust(0))
		m = c.move("county", c.move("county", c.move("town", m, c.assign("county")), accept), submit)
		// county2 is held by its own account too, who had no part.
		if m.HolderPost != c.post("county2") {
			t.Fatalf("holder %d", m.HolderPost)
		}
		_, err := c.svc.Move(c.as("county"), m.ID, m.Version, closes)
		c.want("in the post that holds the ball", err, kind.DoerExcluded)
		m = c.move("county2", m, matter.Step{Transition: "rework", Opinion: "未到位"})
		m = c.move("town", m, matter.Step{Transition: "reassign", AssignPost: c.post("county2"), Opinion: "改派"})
		m = c.move("county2", c.move("county2", m, accept), submit)
		if m.HolderPost != c.post("office") || m.HolderClimb == "" {
			t.Errorf("both county posts had a part: the ball lies with %d, passed over %q", m.HolderPost, m.HolderClimb)
		}
		for _, who := range []string{"county", "county2"} {
			_, err := c.svc.Move(c.as(who), m.ID, m.Version, closes)
			c.want("closed by "+who, err, kind.DoerExcluded)
		}
		c.move("office", m, closes)
	})
}

// Where units are kept apart, a colleague of the doer does not check in a second post that
// another unit has.
func TestAColleagueInAnotherUnitsPostIsStillAColleague(t *testing.T) {
	both(t, func(c *town) {
		c.appoint("county2", "office")
		var id int64
		c.ok(c.db.Update(c.system(), func(tx *store.Tx) (err error) {
			id, err = c.svc.Signal(c.system(), tx, matter.Signal{Key: "k", Category: "over", Title: "超标", Region: townA})
			return err
		}))
		v, err := c.svc.Matter(c.as("county"), id)
		c.ok(err)
		m := c.move("office", v.Matter, c.assign("county"))
		m = c.move("county", c.move("county", m, accept), matter.Step{Transition: "submit", Evidence: []int64{reading}, Fields: map[string]string{"cause": "device", "measure": "已更换"}})
		if m.HolderPost != c.post("office") {
			t.Errorf("the ball lies with %d in the doer's own unit", m.HolderPost)
		}
		check := matter.Step{Transition: "close", Evidence: []int64{reading}, Opinion: "已恢复"}
		_, err = c.svc.Move(c.as("county2"), m.ID, m.Version, check)
		c.want("a colleague in the city's post", err, kind.DoerExcluded)
		c.move("office", m, check)
	})
}

// Merging is no way out for whoever took the matter up.
func TestAHandlerMergesNothingAway(t *testing.T) {
	both(t, func(c *town) {
		into, m := c.open("town", dust(0)), c.open("town", dust(3000))
		m = c.move("town", m, c.assign("county"))
		c.want("handed over", c.svc.Merge(c.as("county"), into.ID, []int64{m.ID}, "同一问题"), kind.DoerExcluded)
		m = c.move("county", m, accept)
		c.want("taken up", c.svc.Merge(c.as("county"), into.ID, []int64{m.ID}, "同一问题"), kind.DoerExcluded)
		m = c.move("town", m, matter.Step{Transition: "reassign", AssignPost: c.post("town2"), Opinion: "改派"})
		c.want("handed on", c.svc.Merge(c.as("county"), into.ID, []int64{m.ID}, "同一问题"), kind.DoerExcluded)
		c.ok(c.svc.Merge(c.as("county2"), into.ID, []int64{m.ID}, "同一问题"))
	})
}

// The end is set by who hands a matter over, never by who handles it.
func TestAHandlerSetsNoEndOfItsOwn(t *testing.T) {
	both(t, func(c *town) {
		far := c.clock.Now().AddDate(0, 2, 0).UnixMilli()
		m := c.open("officer", dust(0))
		m = c.move("town", m, c.assign("town"))
		late := accept
		late.Due = far
		_, err := c.svc.Move(c.as("town"), m.ID, m.Version, late)
		c.want("with the acceptance", err, "due_not_here")
		m = c.move("town", m, accept)
		again := matter.Step{Transition: "reassign", AssignPost: c.post("town"), Opinion: "延后", Due: far}
		_, err = c.svc.Move(c.as("town"), m.ID, m.Version, again)
		c.want("handed to itself again", err, kind.DoerExcluded)
		again.Due = 0
		m = c.move("town", m, again)
		if m.DueAt >= far {
			t.Errorf("due %d", m.DueAt)
		}
		again.Due = far
		_, err = c.svc.Move(c.as("town"), m.ID, m.Version, again)
		c.want("once more", err, kind.DoerExcluded)
		_, err = c.svc.Move(c.as("county"), m.ID, m.Version, again)
		c.want("by the county, beyond the term", err, "due_beyond")
		soon := c.clock.Now().Add(time.Hour).UnixMilli()
		again.Due = soon
		if m = c.move("county", m, again); m.DueAt != soon {
			t.Errorf("the county may set it earlier: %d, want %d", m.DueAt, soon)
		}
	})
}
