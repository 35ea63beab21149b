package situation

import (
	"fmt"
	"strings"
	"time"

	"qingshan/internal/rules/calendar"
)

// The sentences at the head of a page: the answer first, with its numbers.

func (b *board) nowAnswer(unit int, n *Now) (zh, en string) {
	_, label := calendar.HourOf(b.through)
	place := "全市"
	if unit > 0 {
		place = b.units[unit].place.Name
	}
	var z, e strings.Builder
	fmt.Fprintf(&z, "%02d时%s", label, place)
	fmt.Fprintf(&e, "At %02d:00 the AQI of %s ", label, b.units[unit].place.Name)
	if n.City.AQI == nil {
		z.WriteString("无 AQI（" + orText(n.City.Withheld, "没有有效数据") + "）")
		e.WriteString("is not published")
	} else {
		fmt.Fprintf(&z, " AQI %d，%s", *n.City.AQI, n.City.Category)
		fmt.Fprintf(&e, "is %d (%s)", *n.City.AQI, b.rules.Edition.Levels.Of(*n.City.AQI).English)
		if len(n.City.Primary) > 0 {
			z.WriteString("，首要污染物 " + strings.Join(n.City.Primary, "、"))
			e.WriteString(", primary pollutant " + strings.Join(n.City.Primary, ", "))
		}
	}
	if worst, ok := worstCounty(n.Stations); ok && unit == 0 {
		fmt.Fprintf(&z, "；最高%s %d", worst.Site.Region.Name, *worst.Hour.AQI)
		fmt.Fprintf(&e, "; highest %s %d", worst.Site.Region.Name, *worst.Hour.AQI)
	}
	b.onlineAnswer(&z, &e, n.Stations)
	z.WriteString("。")
	e.WriteString(".")
	return z.String(), e.String()
}

func worstCounty(stations []StationHour) (worst StationHour, ok bool) {
	for _, s := range stations {
		if s.Site.Kind == "county" && s.Hour.AQI != nil && (!ok || *s.Hour.AQI > *worst.Hour.AQI) {
			worst, ok = s, true
		}
	}
	return worst, ok
}

// onlineAnswer says how many of the stations that people look after have the hour, and names
// the one that has been silent longest.
func (b *board) onlineAnswer(z, e *strings.Builder, stations []StationHour) {
	all, online, never := 0, 0, 0
	var silent *StationHour
	for i, s := range stations {
		if s.Site.Kind == "micro" {
			continue
		}
		all++
		if s.Hour.Figure.Valid > 0 {
			online++
		} else if s.NeverReported {
			never++
		} else if silent == nil || s.OfflineSince < silent.OfflineSince {
			silent = &stations[i]
		}
	}
	if all == 0 {
		return
	}
	fmt.Fprintf(z, "。%d 站中 %d 站有数", all, online)
	fmt.Fprintf(e, ". %d of %d stations report", online, all)
	if never > 0 {
		fmt.Fprintf(z, "，%d 站没有任何数据", never)
		fmt.Fprintf(e, ", %d have no data at all", never)
	}
	if silent != nil {
		since, err := time.Parse(time.RFC3339, silent.OfflineSince)
		if err == nil {
			hours := int((b.through - since.UnixMilli()) / calendar.MsPerHour)
			fmt.Fprintf(z, "，%s离线近 %d 小时", silent.Site.Name, hours)
			fmt.Fprintf(e, "; %s has been silent for %d hours", silent.Site.Name, hours)
		}
	}
}

func (b *board) dayAnswer(unit int, d Day) (zh, en string) {
	day, err := calendar.ParseDay(d.Date)
	if err != nil {
		return "", ""
	}
	_, month, dom := day.Civil()
	place := "全市"
	if unit > 0 {
		place = b.units[unit].place.Name
	}
	if d.AQI == nil {
		return fmt.Sprintf("%d月%d日%s无 AQI：%s。", int(month), dom, place, orText(d.Withheld, "没有有效数据")),
			fmt.Sprintf("%s: no AQI for %s.", d.Date, b.units[unit].place.Name)
	}
	zh = fmt.Sprintf("%d月%d日%s AQI %d，%s", int(month), dom, place, *d.AQI, d.Category)
	en = fmt.Sprintf("%s: AQI %d in %s", d.Date, *d.AQI, b.units[unit].place.Name)
	if len(d.Primary) > 0 {
		zh += "，首要污染物 " + strings.Join(d.Primary, "、")
		en += ", primary pollutant " + strings.Join(d.Primary, ", ")
	}
	if d.Dust {
		zh += "，沙尘影响日"
		en += ", a dust day"
	}
	return zh + "。", en + "."
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
