package server

import (
	"context"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// NoticeItem is one line of the inbox.
type NoticeItem struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Title     string          `json:"title"`
	Body      string          `json:"body"`
	Link      string          `json:"link" doc:"界面内的页面地址"`
	Object    string          `json:"object"`
	Urgent    bool            `json:"urgent"`
	CreatedAt string          `json:"createdAt"`
	ReadAt    string          `json:"readAt" doc:"空表示未读"`
	Sent      []NoticeReceipt `json:"sent" doc:"系统之外的送达回执"`
}

// NoticeReceipt is what became of one way out.
type NoticeReceipt struct {
	Channel string `json:"channel" enum:"email,digest,text,webhook"`
	State   string `json:"state" enum:"pending,sending,sent,failed,skipped,unknown"`
	At      string `json:"at"`
	Receipt string `json:"receipt"`
	Error   string `json:"error"`
}

// NoticePage is a page of the inbox with the number of unread notices.
type NoticePage struct {
	Items  []NoticeItem `json:"items"`
	Next   string       `json:"next" doc:"下一页的 cursor，空表示到底"`
	Unread int          `json:"unread"`
}

// NoticeSettings are an account's own wishes.
type NoticeSettings struct {
	Email     string `json:"email" maxLength:"200"`
	Phone     string `json:"phone" maxLength:"20"`
	ByEmail   bool   `json:"byEmail" doc:"邮件通知"`
	ByText    bool   `json:"byText" doc:"紧急事项未读时发短信"`
	Digest    bool   `json:"digest" doc:"不紧急的合并为每天一封"`
	DigestAt  string `json:"digestAt" doc:"每天一封的时刻，如 08:00"`
	QuietFrom string `json:"quietFrom" doc:"免打扰开始，如 22:00"`
	QuietTo   string `json:"quietTo" doc:"免打扰结束；与开始相同表示不设"`
}

// WebhookView is a webhook without its secret.
type WebhookView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URL     string `json:"url"`
	Region  string `json:"region"`
	Kinds   string `json:"kinds" doc:"通知类别前缀，逗号分隔；空表示全部"`
	Enabled bool   `json:"enabled"`
}

// registerNotices adds the inbox, its settings and the webhooks.
func (s *Server) registerNotices() {
	n := s.rooms.Notices
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/notices", ID: "noticeList", Tag: "notices", Summary: "自己的通知", Access: access.LoggedIn},
		func(ctx context.Context, in *struct {
			rest.PageQuery
			Unread bool `query:"unread" doc:"只看未读"`
		}) (*struct{ Body NoticePage }, error) {
			return listNotices(ctx, n, in.PageQuery, in.Unread)
		})
	rest.Register(s.api, rest.Spec{Method: "POST", Path: "/notices/read", ID: "noticeRead", Tag: "notices", Summary: "把自己的通知标为已读", Access: access.LoggedIn},
		func(ctx context.Context, in *struct {
			Body struct {
				IDs []string `json:"ids" maxItems:"500" doc:"空列表表示全部"`
			}
		}) (*struct{}, error) {
			var ids []int64
			for _, text := range in.Body.IDs {
				id, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return nil, access.Hidden()
				}
				ids = append(ids, id)
			}
			return nil, n.Read(ctx, accountOf(ctx), ids)
		})
	s.registerNoticeSettings(n)
	s.registerWebhooks(n)
}

func listNotices(ctx context.Context, n *notify.Service, p rest.PageQuery, unread bool) (*struct{ Body NoticePage }, error) {
	var before int64
	if _, err := rest.ReadCursor(p.Cursor, &before); err != nil {
		return nil, err
	}
	items, open, err := n.Inbox(ctx, accountOf(ctx), unread, before, p.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body NoticePage }{NoticePage{Items: []NoticeItem{}, Unread: open}}
	for i, x := range items {
		if i == p.Limit {
			out.Body.Next = rest.Cursor(items[i-1].ID)
			break
		}
		out.Body.Items = append(out.Body.Items, noticeItem(x))
	}
	return out, nil
}

func noticeItem(x notify.Item) NoticeItem {
	v := NoticeItem{ID: strconv.FormatInt(x.ID, 10), Kind: x.Kind, Title: x.Title, Body: x.Body, Link: x.Link, Object: x.Object, Urgent: x.Urgent,
		CreatedAt: rest.Instant(x.CreatedAt), ReadAt: rest.Instant(x.ReadAt), Sent: []NoticeReceipt{}}
	for _, r := range x.Sent {
		v.Sent = append(v.Sent, NoticeReceipt{r.Channel, r.State, rest.Instant(r.At), r.Receipt, r.Error})
	}
	return v
}

func (s *Server) registerNoticeSettings(n *notify.Service) {
	type answer struct {
		ETag string `header:"ETag"`
		Body NoticeSettings
	}
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/notices/settings", ID: "noticeSettings", Tag: "notices", Summary: "自己的通知设置", Access: access.LoggedIn},
		func(ctx context.Context, _ *struct{}) (*answer, error) {
			set, err := n.Settings(ctx, accountOf(ctx))
			return &answer{rest.ETag(set.Version), settingsView(set)}, err
		})
	rest.Register(s.api, rest.Spec{Method: "PUT", Path: "/notices/settings", ID: "noticeSettingsSet", Tag: "notices", Summary: "修改自己的通知设置", Access: access.LoggedIn},
		func(ctx context.Context, in *struct {
			rest.IfMatch
			Body NoticeSettings
		}) (*answer, error) {
			version, err := in.Version()
			if err != nil {
				return nil, err
			}
			set, err := settingsFrom(in.Body)
			if err != nil {
				return nil, err
			}
			if set, err = n.SetSettings(ctx, accountOf(ctx), version, set); err != nil {
				return nil, err
			}
			return &answer{rest.ETag(set.Version), settingsView(set)}, nil
		})
}

func settingsView(s notify.Settings) NoticeSettings {
	return NoticeSettings{s.Email, s.Phone, s.ByEmail, s.ByText, s.Digest, minuteText(s.DigestAt), minuteText(s.QuietFrom), minuteText(s.QuietTo)}
}

func settingsFrom(v NoticeSettings) (notify.Settings, error) {
	out := notify.Settings{Email: v.Email, Phone: v.Phone, ByEmail: v.ByEmail, ByText: v.ByText, Digest: v.Digest}
	for _, x := range []struct {
		at, text string
		to       *int
	}{{"body.digestAt", v.DigestAt, &out.DigestAt}, {"body.quietFrom", v.QuietFrom, &out.QuietFrom}, {"body.quietTo", v.QuietTo, &out.QuietTo}} {
		t, err := time.Parse("15:04", x.text)
		if err != nil {
			return out, fault.New(fault.Invalid, "invalid", "通知设置有误").WithField(x.at, "应为一天中的时刻，如 08:00", x.text)
		}
		*x.to = t.Hour()*60 + t.Minute()
	}
	return out, nil
}

func minuteText(m int) string {
	return time.Date(2000, 1, 1, m/60, m%60, 0, 0, time.UTC).Format("15:04")
}

func (s *Server) registerWebhooks(n *notify.Service) {
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/system/webhooks", ID: "webhookList", Tag: "system", Summary: "推送地址", Access: access.SystemManage},
		func(ctx context.Context, _ *struct{}) (*struct{ Body rest.List[WebhookView] }, error) {
			list, err := n.Hooks(ctx)
			var out []WebhookView
			for _, h := range list {
				out = append(out, webhookView(h))
			}
			return &struct{ Body rest.List[WebhookView] }{rest.NewList(out)}, err
		})
	type added struct {
		WebhookView
		Secret string `json:"secret" doc:"签名密钥，只在此时显示一次"`
	}
	rest.Register(s.api, rest.Spec{Method: "POST", Path: "/system/webhooks", ID: "webhookAdd", Tag: "system", Summary: "新增推送地址", Access: access.SystemManage, Status: 201, Secret: true},
		func(ctx context.Context, in *struct {
			Body struct {
				Name   string `json:"name" maxLength:"100"`
				URL    string `json:"url" maxLength:"500"`
				Region string `json:"region"`
				Kinds  string `json:"kinds,omitempty" maxLength:"200"`
			}
		}) (*struct{ Body added }, error) {
			code, err := region.Parse(in.Body.Region)
			if err != nil {
				return nil, fault.New(fault.Invalid, "invalid", "行政区代码有误").WithField("body.region", "应为 6、9 或 12 位数字代码", in.Body.Region)
			}
			h, err := n.AddHook(ctx, notify.Hook{Name: in.Body.Name, URL: in.Body.URL, Region: code, Kinds: in.Body.Kinds})
			return &struct{ Body added }{added{webhookView(h), h.Secret}}, err
		})
	rest.Register(s.api, rest.Spec{Method: "PATCH", Path: "/system/webhooks/{id}", ID: "webhookEnable", Tag: "system", Summary: "启用或停用推送地址", Access: access.SystemManage},
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Enabled bool `json:"enabled"`
			}
		}) (*struct{}, error) {
			return nil, n.EnableHook(ctx, in.ID, in.Body.Enabled)
		})
}

func webhookView(h notify.Hook) WebhookView {
	return WebhookView{strconv.FormatInt(h.ID, 10), h.Name, h.URL, h.Region.String(), h.Kinds, h.Enabled}
}

func accountOf(ctx context.Context) int64 {
	a, _ := access.From(ctx) // the operations demand a session
	return a.Account
}
