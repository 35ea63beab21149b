package matter

import (
	"context"
	"fmt"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/notify"
)

// Remind presses whoever holds the ball of a matter (催办): the record says who pressed, and
// the holder is told at once, once a day by the same actor. Needs matter.assign in the
// matter's region. Errors: conflict not_open for a matter that is finished.
func (s *Service) Remind(ctx context.Context, id int64, text string) error {
	return s.update(ctx, access.MatterAssign, func(w *work) error {
		m, err := w.visible(id)
		if err != nil {
			return err
		}
		if !w.me.Can(access.MatterAssign, m.Region) {
			return fault.New(fault.Forbidden, "forbidden", "您的岗位不能催办这里的事项")
		}
		if !m.Open() {
			return fault.Newf(fault.Conflict, "not_open", "%s 已经结束，不用再催", m.Number)
		}
		if err := checkText("text", "催办意见", maxOpinion, &text); err != nil {
			return err
		}
		if w.s.cfg.Notices != nil {
			day := w.Now().Format("2006-01-02")
			err := w.s.cfg.Notices.Put(w.ctx, w.Tx, notify.Notice{To: accounts(w.dir, m.HolderPost, m.HolderUnit), Kind: "matter.reminded", Title: "催办：" + m.Title, Body: text,
				Link: fmt.Sprintf("/matters/%d", m.ID), Object: object(m.ID), Region: m.Region, Urgent: true, Key: fmt.Sprintf("remind/%d/%d/%s", m.ID, w.me.Account, day)})
			if err != nil {
				return err
			}
		}
		return w.remark(m, Told{Act: string(kind.Note), Name: "催办", Opinion: text, From: m.State}, "matter.remind", "催办 "+m.Number)
	})
}
