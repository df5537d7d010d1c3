package family

import (
	"fmt"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// sentence tells an incident to a family: what, when, and that somebody came.
// Nothing that staff wrote is in it, and no place and no name.
func sentence(loc *time.Location, i care.Incident) care.Text {
	class := i.Class.Words()
	at := func(t time.Time) string { return t.In(loc).Format("15:04") }
	happened := i.HappenedAt.In(loc)
	zh := []string{fmt.Sprintf("%d月%d日 %s %s", happened.Month(), happened.Day(), at(happened), class.ZH)}
	en := []string{fmt.Sprintf("%s on %s at %s", class.EN, happened.Format("2 January"), at(happened))}
	add := func(z, e string) { zh, en = append(zh, z), append(en, e) }
	if i.CancelledAt != nil {
		add(at(*i.CancelledAt)+" 本人说没事", "taken back at "+at(*i.CancelledAt))
	}
	if i.Accepted != nil && (i.Arrived == nil || !i.Accepted.At.Equal(i.Arrived.At)) {
		add(at(i.Accepted.At)+" 有人接手", "somebody took it at "+at(i.Accepted.At))
	}
	if i.Arrived != nil {
		add(at(i.Arrived.At)+" 有人到身边", "somebody was there at "+at(i.Arrived.At))
	}
	switch {
	case i.Open() && i.Arrived != nil:
		add("正在照顾", "it is being looked after")
	case i.Open() && i.Accepted == nil:
		add("正在叫人", "help is being called")
	case i.Open():
		add("正在赶去", "help is on the way")
	case i.Cause == care.CauseFalse:
		add("已确认无事", "all was well")
	case i.Cause == care.CauseTest:
		add("是一次测试", "it was a test")
	case i.Cause == care.CauseDrill:
		add("是一次演练", "it was a drill")
	default:
		add("已处理完", "it has been seen to")
	}
	return care.Text{ZH: strings.Join(zh, "，") + "。", EN: strings.Join(en, "; ") + "."}
}
