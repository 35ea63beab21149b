package server

import (
	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/notify"
)

// jobName is what a kind of job does, for people; the kind itself when it is not known here.
func jobName(kind string) string {
	switch kind {
	case jobDayEnd:
		return "审计日根封存"
	case jobAnswers:
		return "清理重复提交记录"
	case jobEvents:
		return "清理旧事件"
	case telemetry.ImportJob:
		return "文件导入"
	case telemetry.ImportPurgeJob:
		return "清理未用的上传文件"
	case notify.DeliverJob:
		return "发送通知"
	case evidence.PurgeJob:
		return "清理未用的材料"
	case matter.ClockJob:
		return "时限提醒与督办"
	case matter.RoundsJob:
		return "整理事项办理经过"
	case grid.MissedJob:
		return "网格漏报核对"
	case jobSignals:
		return "查看自动信号"
	}
	return kind
}
