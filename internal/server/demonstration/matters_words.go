package demonstration

import (
	"context"
	"fmt"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/packs/demo"
)

// opinion is what somebody writes with a step.
func (h *history) opinion(a *agent, do string) string {
	list := h.story.Texts.Opinion[do]
	if len(list) == 0 {
		list = h.story.Texts.Opinion["default"]
	}
	return one(a.rng, list)
}

// fields are the values that a step of the kind brings, nil for none.
func (h *history) fields(a *agent, do string) map[string]string {
	now := h.clk.Now().In(clock.Shanghai)
	result := ""
	if a.about != nil {
		result = one(a.rng, a.about.Results)
	}
	switch a.script.Kind + "." + do {
	case "grid.submit", "assignment.submit":
		return map[string]string{"result": result}
	case "grid.suspend":
		return map[string]string{"condition": "征收补偿到位、设备拆除", "review_day": now.AddDate(0, 0, 60).Format(time.DateOnly)}
	case "complaint.receive":
		return map[string]string{"channel": one(a.rng, []string{"12345", "12345", "12369", "letter"}), "person": "演示·来电人", "phone": fmt.Sprintf("000-%07d", a.rng.IntN(1e7)),
			"named": one(a.rng, []string{"true", "false"})}
	case "complaint.true":
		return map[string]string{"finding": "到现场查看，" + one(a.rng, []string{"情况基本一致", "确有此事", "部分属实"}), "truth": one(a.rng, []string{"true", "true", "partly"})}
	case "complaint.unfounded":
		return map[string]string{"finding": "到现场查看，未发现所反映的情况", "reply": "经核实，反映的情况不属实，已向您说明"}
	case "complaint.submit":
		return map[string]string{"result": result, "reply": "您反映的问题已处理：" + result}
	case "complaint.close":
		return map[string]string{"callback": one(a.rng, []string{"satisfied", "satisfied", "satisfied", "fair", "none", "not"})}
	case "assignment.assign":
		return map[string]string{"rect": one(a.rng, []string{"dated", "now"}), "demand": "按期整改到位，举一反三，报送前后对比照片"}
	case "assignment.plan":
		return map[string]string{"plan": "专人负责，先停后改，一周内完成主要工程，整改期间每日巡查"}
	case "assignment.county_accept":
		return map[string]string{"publicity_from": now.Format(time.DateOnly)}
	case "assignment.sign":
		return map[string]string{"signer": "攻坚办主任"}
	}
	return h.measured(a, do, result, now)
}

func (h *history) measured(a *agent, do, result string, now time.Time) map[string]string {
	value := func(least, most float64) string { return fmt.Sprintf("%.2f mg/L", least+a.rng.Float64()*(most-least)) }
	switch a.script.Kind + "." + do {
	case "fire.alarm":
		return map[string]string{"alarm": one(a.rng, []string{"camera", "camera", "satellite", "report"})}
	case "fire.false":
		return map[string]string{"not_fire": one(a.rng, []string{"industrial", "none", "device"})}
	case "fire.out":
		return map[string]string{"out_at": now.Add(-5 * time.Minute).Format("2006-01-02T15:04")}
	case "fire.investigate":
		return map[string]string{"cause": result, "parcel": a.place.village.Name + one(a.rng, h.story.Texts.Where), "area": fmt.Sprintf("%.1f", 0.2+a.rng.Float64()*2)}
	case "fire.reckon":
		return map[string]string{"listed": one(a.rng, []string{"true", "false"}), "listing": "卫星与现场一致"}
	case "section.raise":
		return map[string]string{"value": value(1.1, 1.9), "limit": "1.00 mg/L"}
	case "section.trace":
		return map[string]string{"cause": "沿河排查，来自雨污混接口和农田退水"}
	case "section.submit":
		return map[string]string{"measure": result}
	case "section.close":
		return map[string]string{"retest": value(0.5, 0.95)}
	case "signal.submit":
		return map[string]string{"cause": one(a.rng, []string{"emission", "weather", "weather", "other"}), "measure": "周边排查涉 VOCs 企业并错峰生产，道路加密洒水"}
	}
	return nil
}

// bring adds the evidence of a turn in the name of the actor of ctx.
func (h *history) bring(ctx context.Context, a *agent, t demo.Turn) ([]int64, error) {
	var out []int64
	add := func(kind evidence.Kind, name string, data []byte) error {
		at := h.clk.Now().Add(-time.Minute)
		d := evidence.Declared{Kind: kind, Name: name, CapturedAt: at}
		if kind == evidence.Photo {
			d.Place = &evidence.Place{Lng: a.place.at.Lng, Lat: a.place.at.Lat, Accuracy: 15}
		}
		id, err := h.files.Add(ctx, d, data)
		out = append(out, id)
		return err
	}
	for range t.Photos {
		data := a.lastPhoto
		// One in sixty hands in the photo again that it had taken before.
		if t.Do != "submit" || data == nil || a.rng.IntN(60) > 0 {
			var err error
			if data, err = drawPhoto(a.rng, t.Do != "report" && t.Do != "true"); err != nil {
				return nil, err
			}
		}
		a.lastPhoto = data
		h.photos++
		if err := add(evidence.Photo, fmt.Sprintf("IMG_%05d.jpg", h.photos), data); err != nil {
			return nil, err
		}
	}
	text := fmt.Sprintf("%s 数据\n%s\n%s\n", demo.Mark, a.place.village.Name, h.clk.Now().In(clock.Shanghai).Format(time.DateTime))
	for i := range t.Readings {
		if err := add(evidence.Reading, "现场读数.txt", fmt.Appendf(nil, "%s读数 %d：%d\n", text, i+1, 40+a.rng.IntN(120))); err != nil {
			return nil, err
		}
	}
	for range t.Documents {
		if err := add(evidence.Document, "公示和审签.txt", []byte(text+"公示期满，无异议。\n")); err != nil {
			return nil, err
		}
	}
	return out, nil
}
