package matter

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	texttemplate "text/template"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
)

// page is a sealed matter for a reader without any program.
type page struct {
	Number, Title, Kind, Category, State, Region, Place, Description string
	Opened, Closed, SealedAt, SealedBy, Installation                 string
	Fields                                                           []line
	Events                                                           []eventLine
	Clocks                                                           []clockLine
	Evidence                                                         []exhibitLine
}

type line struct{ Name, Value string }

type eventLine struct {
	Seq                           int64
	At, Name, From, To, By, Words string
	Fields                        []line
}

type clockLine struct{ Name, Term, Start, Due, Stop, State string }

type exhibitLine struct {
	File, Name, SHA256, Time, Place string
	Picture                         bool
	Marks                           []evidence.Mark
}

func msTime(ms int64) time.Time { return time.UnixMilli(ms).In(clock.Shanghai) }

func shortTime(ms int64) string {
	if ms == 0 || ms == Never {
		return ""
	}
	return msTime(ms).Format("2006-01-02 15:04")
}

func takenText(it evidence.Item) string {
	if it.CapturedAt.IsZero() {
		return "收到 " + it.ReceivedAt.Format("2006-01-02 15:04:05")
	}
	return "拍摄 " + it.CapturedAt.Format("2006-01-02 15:04:05") + "，收到 " + it.ReceivedAt.Format("2006-01-02 15:04:05")
}

func placeText(it evidence.Item) string {
	if it.Place == nil {
		return ""
	}
	lng, lat := it.Place.Degrees()
	return fmt.Sprintf("%.6f, %.6f（%s）", lng, lat, map[string]string{evidence.FromEXIF: "相机", evidence.FromDevice: "手机"}[it.PlaceSource])
}

// page puts a matter into words.
func (w *work) page(v *View, b *binder) page {
	k := v.Kind
	name := func(state string) string {
		if st := k.State(state); st != nil {
			return st.Name
		}
		return state
	}
	lines := func(fields map[string]string) []line {
		var out []line
		for _, f := range k.Fields {
			if value, ok := fields[f.ID]; ok {
				i := slices.IndexFunc(f.Choices, func(c kind.Choice) bool { return c.ID == value })
				if i >= 0 {
					value = f.Choices[i].Name
				}
				out = append(out, line{f.Name, value})
			}
		}
		return out
	}
	p := page{Number: v.Number, Title: v.Title, Kind: k.Name, Category: v.Category, State: name(v.State), Region: w.dir.RegionName(v.Region),
		Place: v.Place, Description: v.Description, Opened: shortTime(v.OpenedAt), Closed: shortTime(v.ClosedAt),
		SealedAt: b.m.SealedAt, SealedBy: b.m.SealedBy, Installation: b.m.Installation, Fields: lines(v.Fields)}
	if c := k.Category(v.Category); c != nil {
		p.Category = c.Name
	}
	for _, e := range v.Events {
		by := e.Told.Display
		if e.Told.PostName != "" {
			by += "（" + e.Told.UnitName + " " + e.Told.PostName + "）"
		}
		p.Events = append(p.Events, eventLine{e.Seq, shortTime(e.At), e.Told.Name, name(e.Told.From), name(e.Told.To), by, e.Told.Opinion, lines(e.Told.Fields)})
	}
	for _, c := range v.Clocks {
		l := clockLine{c.Clock, fmt.Sprint(c.Term), shortTime(c.StartedAt), shortTime(c.DueAt), shortTime(c.StoppedAt),
			map[string]string{"running": "计时中", "paused": "暂停", "done": "按时完成", "late": "超时", "void": "作废"}[c.State]}
		if x := k.Clock(c.Clock); x != nil {
			l.Name = x.Name
		}
		p.Clocks = append(p.Clocks, l)
	}
	return p
}

// write makes the page as HTML, where every text is escaped, and as plain text.
func (p page) write(html, plain io.Writer) error {
	h, err := template.New("html").Parse(pageHTML)
	if err != nil {
		return err
	}
	if err := h.Execute(html, p); err != nil {
		return err
	}
	t, err := texttemplate.New("text").Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(plain, p)
}

const pageHTML = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{.Number}} {{.Title}}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<style>body{font:16px/1.6 serif;max-width:50em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}img{max-width:100%;max-height:30em}code{word-break:break-all;font-size:12px}</style></head><body>
<h1>{{.Number}} {{.Title}}</h1>
<p>{{.Installation}}　{{.Kind}} · {{.Category}}　{{.State}}　{{.Region}} {{.Place}}</p>
<p>立项 {{.Opened}}{{with .Closed}}，办结 {{.}}{{end}}。封存 {{.SealedAt}}，{{.SealedBy}}。</p>
<p>校验：qingshan verify matter --key 公钥 文件名.zip。公钥向出具单位当面或电话索取，或看其公布的公钥（出具单位的系统管理员从 /api/v1/system/seal-key 读出）；不要用本卷宗里带的公钥：伪造的卷宗带着伪造者自己的公钥，不核对公钥也能“通过”。</p>
{{with .Description}}<p style="white-space:pre-wrap">{{.}}</p>{{end}}
{{with .Fields}}<table>{{range .}}<tr><th>{{.Name}}</th><td>{{.Value}}</td></tr>{{end}}</table>{{end}}
<h2>经过</h2><table><tr><th>序</th><th>时间</th><th>办理</th><th>状态</th><th>办理人</th><th>意见和内容</th></tr>
{{range .Events}}<tr><td>{{.Seq}}</td><td>{{.At}}</td><td>{{.Name}}</td><td>{{.To}}</td><td>{{.By}}</td><td>{{.Words}}{{range .Fields}}<br>{{.Name}}：{{.Value}}{{end}}</td></tr>
{{end}}</table>
{{with .Clocks}}<h2>时限</h2><table><tr><th>时限</th><th>期限</th><th>开始</th><th>到期</th><th>结束</th><th>状态</th></tr>{{range .}}<tr><td>{{.Name}}</td><td>{{.Term}}</td><td>{{.Start}}</td><td>{{.Due}}</td><td>{{.Stop}}</td><td>{{.State}}</td></tr>{{end}}</table>{{end}}
{{with .Evidence}}<h2>材料原件</h2>{{range .}}<p>{{if .Picture}}<img src="{{.File}}" alt="{{.Name}}"><br>{{end}}<a href="{{.File}}">{{.File}}</a> {{.Name}}，{{.Time}} {{.Place}}{{range .Marks}}<br>注意：{{.Message}}{{end}}<br><code>SHA-256 {{.SHA256}}</code></p>{{end}}{{end}}
</body></html>
`

const pageText = `{{.Number}} {{.Title}}
{{.Installation}}　{{.Kind}} · {{.Category}}　{{.State}}　{{.Region}} {{.Place}}
立项 {{.Opened}}{{with .Closed}}，办结 {{.}}{{end}}。封存 {{.SealedAt}}，{{.SealedBy}}。
校验：qingshan verify matter --key 公钥 文件名.zip
公钥向出具单位当面或电话索取，或看其公布的公钥（出具单位的系统管理员从 /api/v1/system/seal-key 读出）；不要用本卷宗里带的公钥：伪造的卷宗带着伪造者自己的公钥，不核对公钥也能“通过”。
{{with .Description}}
{{.}}
{{end}}{{range .Fields}}
{{.Name}}：{{.Value}}{{end}}

经过
{{range .Events}}{{.Seq}}. {{.At}} {{.Name}}（{{.To}}）{{.By}}{{with .Words}}：{{.}}{{end}}{{range .Fields}}；{{.Name}}：{{.Value}}{{end}}
{{end}}
时限
{{range .Clocks}}{{.Name}} {{.Term}}：{{.Start}} 起，{{.Due}} 到期{{with .Stop}}，{{.}} 结束{{end}}，{{.State}}
{{end}}
材料原件
{{range .Evidence}}{{.File}} {{.Name}}，{{.Time}} {{.Place}}{{range .Marks}}；注意：{{.Message}}{{end}}
  SHA-256 {{.SHA256}}
{{end}}`
