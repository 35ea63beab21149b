package telemetry

import (
	"context"
	"strconv"
	"time"

	"qingshan/internal/platform/rest"
)

// shownRejects is how many rejects an import shows; the download has all.
const shownRejects = 100

// importView is an import as the interface shows it.
type importView struct {
	ID            string         `json:"id"`
	Kind          string         `json:"kind"`
	Profile       string         `json:"profile"`
	Note          string         `json:"note" doc:"使用这类文件须知"`
	File          string         `json:"file"`
	Size          int64          `json:"size"`
	SHA256        string         `json:"sha256"`
	Encoding      string         `json:"encoding"`
	Status        string         `json:"status" enum:"preview,queued,running,done,failed"`
	DryRun        bool           `json:"dryRun"`
	Progress      float64        `json:"progress" doc:"0 至 1"`
	RowsPerSecond float64        `json:"rowsPerSecond"`
	SecondsLeft   float64        `json:"secondsLeft"`
	Columns       []importColumn `json:"columns"`
	Unmapped      []string       `json:"unmapped"`
	Preview       [][]string     `json:"preview"`
	Rows          int64          `json:"rows" doc:"行"`
	RejectedRows  int64          `json:"rejectedRows" doc:"有拒收的行"`
	Received      int64          `json:"received" doc:"= stored + unchanged + rejected，单位为值，一行可有几个值"`
	Stored        int64          `json:"stored"`
	Revised       int64          `json:"revised" doc:"stored 中替换了旧值的"`
	Unchanged     int64          `json:"unchanged"`
	Rejected      int64          `json:"rejected"`
	Missing       int64          `json:"missing"`
	Suspect       int64          `json:"suspect"`
	Rejects       []rejectView   `json:"rejects" doc:"前 100 条"`
	Error         string         `json:"error"`
	By            string         `json:"by"`
	StartedAt     string         `json:"startedAt"`
	FinishedAt    string         `json:"finishedAt"`
}

type importColumn struct {
	Name   string   `json:"name"`
	Field  string   `json:"field" doc:"空为不导入；place 为站点列"`
	Label  string   `json:"label"`
	Unit   string   `json:"unit"`
	Sample []string `json:"sample"`
}

type rejectView struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Reason string `json:"reason"`
	Row    string `json:"row"`
	Values int64  `json:"values"`
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// view is the entry without its rejects and progress.
func (x *Import) view() importView {
	v := importView{ID: strconv.FormatInt(x.ID, 10), Kind: x.Kind, File: x.File, Size: x.Size, SHA256: x.SHA256, Status: string(x.Status),
		DryRun: x.DryRun, Rows: x.Rows, RejectedRows: x.RejectedRows, Received: x.Received, Stored: x.Stored, Revised: x.Revised, Unchanged: x.Unchanged,
		Rejected: x.Rejected, Missing: x.Missing, Suspect: x.Suspect, Error: x.Error, By: x.Display, StartedAt: stamp(x.StartedAt),
		FinishedAt: stamp(x.FinishedAt), Columns: []importColumn{}, Unmapped: []string{}, Preview: [][]string{}, Rejects: []rejectView{}}
	if v.By == "" {
		v.By = x.Actor
	}
	if x.Status == ImportDone {
		v.Progress = 1
	}
	return v
}

// details adds what the upload's beginning showed.
func (v *importView) details(x *Import) {
	if x.Preview == nil {
		return
	}
	v.Profile, v.Note, v.Encoding = x.Preview.Profile, x.Preview.Note, x.Preview.Encoding
	for _, c := range x.Preview.Columns {
		one := importColumn{Name: c.Name, Field: c.Field, Label: c.Label, Unit: c.Unit, Sample: c.Sample}
		if one.Sample == nil {
			one.Sample = []string{}
		}
		v.Columns = append(v.Columns, one)
	}
	v.Unmapped = append(v.Unmapped, x.Preview.Unmapped...)
	v.Preview = append(v.Preview, x.Preview.Rows...)
}

type importOutput struct {
	Body importView
}

func (m *Imports) apiGet(ctx context.Context, in *rejectsQuery) (*importOutput, error) {
	id, err := importID(in.ID)
	if err != nil {
		return nil, err
	}
	x, err := m.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &importOutput{Body: x.view()}
	v := &out.Body
	v.details(&x)
	if x.Status == ImportRunning {
		if p, ok := m.Progress(ctx, id); ok {
			v.Progress, v.RowsPerSecond, v.SecondsLeft, v.Rows = p.Share, p.RowsPerSecond, p.SecondsLeft, p.Rows
		}
	}
	err = m.Rejects(ctx, id, func(j ImportReject) bool {
		v.Rejects = append(v.Rejects, rejectView{j.Line, j.Column, j.Reason().Chinese(), j.Row, j.Values})
		return len(v.Rejects) < shownRejects
	})
	return out, err
}

type importPage struct {
	Body rest.Page[importView]
}

func (m *Imports) apiList(ctx context.Context, in *rest.PageQuery) (*importPage, error) {
	var before int64
	if _, err := rest.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	list, total, err := m.List(ctx, before, in.Limit)
	if err != nil {
		return nil, err
	}
	items := make([]importView, len(list))
	for i := range list {
		items[i] = list[i].view()
	}
	next := ""
	if len(list) == in.Limit {
		next = rest.Cursor(list[len(list)-1].ID)
	}
	return &importPage{rest.NewPage(items, next, total)}, nil
}

// apiListTable is the history as a file.
func (m *Imports) apiListTable(ctx context.Context, _ *struct{}) (*rest.Table, error) {
	list, _, err := m.List(ctx, 0, maxExport)
	var rows [][]string
	for i := range list {
		v := list[i].view()
		mode := "导入"
		if v.DryRun {
			mode = "试导入"
		}
		rows = append(rows, []string{v.ID, v.Kind, v.File, v.SHA256, mode, importStatusName(list[i].Status), whole(v.Rows), whole(v.RejectedRows),
			whole(v.Received), whole(v.Stored), whole(v.Revised), whole(v.Unchanged), whole(v.Rejected), whole(v.Missing), v.By, v.StartedAt, v.FinishedAt, v.Error})
	}
	return table("导入记录", columns("编号#", "种类", "文件", "SHA-256", "方式", "状态", "行#", "有拒收的行#", "收到（值）#", "入库（值）#", "其中修订（值）#",
		"未变（值）#", "拒收（值）#", "缺测（值）#", "经办", "开始", "结束", "说明"), rows, err)
}

func importStatusName(s ImportStatus) string {
	return map[ImportStatus]string{ImportPreview: "待确认", ImportQueued: "排队", ImportRunning: "进行中", ImportDone: "完成", ImportFailed: "失败"}[s]
}
