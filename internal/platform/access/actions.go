package access

import "slices"

// LoggedIn stands for any session in a specification of an operation. No role grants it.
const LoggedIn Action = "session"

// The actions, by the room that checks them.
const (
	AirRead      Action = "air.read"            // 空气态势、目标、排名
	TargetWrite  Action = "target.write"        // set a year's target
	DustWrite    Action = "dust.write"          // confirm or take back a dust day
	DataRead     Action = "data.read"           // streams, completeness, revisions, late values
	Correct      Action = "observation.correct" // a new revision of an observation
	SiteWrite    Action = "site.write"          // sites, aliases, validity
	ImportRun    Action = "import.run"          // upload, map, run an import
	OrgRead      Action = "org.read"            // regions, units, posts, holders
	OrgWrite     Action = "org.write"           // change them
	AccountRead  Action = "account.read"        // accounts and their sessions
	AccountWrite Action = "account.write"       // create, disable, reset accounts; revoke sessions
	MatterRead   Action = "matter.read"         // matters of the region
	MatterReport Action = "matter.report"       // report a problem
	MatterAct    Action = "matter.act"          // make the moves that post and relation allow
	MatterAssign Action = "matter.assign"       // assign, reassign, several at once
	MatterAllow  Action = "matter.approve"      // approve pauses and extensions
	MatterManage Action = "matter.manage"       // merge, split, void
	GridRead     Action = "grid.read"           // cells, coverage, outcome
	GridWrite    Action = "grid.write"          // draw cells, bind objects, appoint cell posts
	GridPatrol   Action = "grid.patrol"         // the day's places and visits
	AuditRead    Action = "audit.read"          // the audit chain
	AuditVerify  Action = "audit.verify"        // run the check of the chain
	SystemRead   Action = "system.read"         // standards, calendar
	SystemManage Action = "system.manage"       // health, configuration, dead jobs
)

// ActionInfo names an action for people.
type ActionInfo struct {
	Action         Action
	Chinese, Label string
}

// Catalogue lists every action with its names, sorted by action. A role may grant nothing else.
func Catalogue() []ActionInfo {
	list := []ActionInfo{
		{AirRead, "查看空气态势", "See the air situation"},
		{TargetWrite, "设定年度目标", "Set yearly targets"},
		{DustWrite, "认定沙尘日", "Confirm dust days"},
		{DataRead, "查看数据质量", "See data streams"},
		{Correct, "更正监测数据", "Correct observations"},
		{SiteWrite, "维护监测点位", "Maintain sites"},
		{ImportRun, "导入数据", "Import data"},
		{OrgRead, "查看组织机构", "See units and posts"},
		{OrgWrite, "维护组织机构", "Maintain units and posts"},
		{AccountRead, "查看账号", "See accounts"},
		{AccountWrite, "管理账号", "Manage accounts"},
		{MatterRead, "查看事项", "See matters"},
		{MatterReport, "上报问题", "Report problems"},
		{MatterAct, "办理事项", "Act on matters"},
		{MatterAssign, "交办和改派", "Assign matters"},
		{MatterAllow, "批准暂停和延期", "Approve pauses and extensions"},
		{MatterManage, "合并、拆分、作废事项", "Merge, split and void matters"},
		{GridRead, "查看网格", "See the grid"},
		{GridWrite, "划分网格", "Draw the grid"},
		{GridPatrol, "网格巡查", "Patrol the grid"},
		{AuditRead, "查看审计日志", "Read the audit log"},
		{AuditVerify, "校验审计链", "Verify the audit chain"},
		{SystemRead, "查看标准与日历", "See standards and calendar"},
		{SystemManage, "系统管理", "Manage the system"},
	}
	slices.SortFunc(list, func(a, b ActionInfo) int {
		if a.Action < b.Action {
			return -1
		}
		return 1
	})
	return list
}

// Actions lists every action, sorted.
func Actions() []Action {
	var out []Action
	for _, i := range Catalogue() {
		out = append(out, i.Action)
	}
	return out
}
