package ladder_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/ladder"
)

// three is a policy of three steps, the first and the last taken twice.
var three = ladder.Policy{
	ID: "three", AgainSeconds: 300,
	Steps: []ladder.Step{
		{To: []ladder.Recipient{"duty:carer"}, WaitSeconds: 60, Repeat: 1},
		{To: []ladder.Recipient{"duty:leader"}, WaitSeconds: 90},
		{To: []ladder.Recipient{"role:manager"}, WaitSeconds: 120, Repeat: 1},
	},
}

// TestNext goes up a ladder, also from positions that it had before somebody
// edited it, and past steps at which nobody is.
func TestNext(t *testing.T) {
	at := func(step, round int) ladder.Position {
		return ladder.Position{Policy: "three", Step: step, Round: round}
	}
	for _, c := range []struct {
		name string
		how  func(ladder.Policy, ladder.Position) (ladder.Position, time.Duration)
		from ladder.Position
		want ladder.Position
		wait time.Duration
	}{
		{"the first step is repeated", ladder.Next, at(0, 0), at(0, 1), time.Minute},
		{"then comes the second", ladder.Next, at(0, 1), at(1, 0), time.Minute},
		{"then the third", ladder.Next, at(1, 0), at(2, 0), 90 * time.Second},
		{"it is repeated as it says", ladder.Next, at(2, 0), at(2, 1), 2 * time.Minute},
		{"and then without end", ladder.Next, at(2, 1), at(2, 2), 5 * time.Minute},
		{"without end", ladder.Next, at(2, 1000), at(2, 1001), 5 * time.Minute},
		{"the step was the last once and has repeated long enough", ladder.Next, at(1, 7), at(2, 0), 90 * time.Second},
		{"the step is there no more", ladder.Next, at(9, 0), at(2, 1), 2 * time.Minute},
		{"a step that never was", ladder.Next, at(-1, -1), at(0, 1), time.Minute},
		{"a position of another policy", ladder.Next, ladder.Position{Policy: "old", Step: 2}, at(0, 0), 0},
		{"nobody at the first step: the second at once", ladder.Skip, at(0, 0), at(1, 0), 0},
		{"nobody at the last step: again later", ladder.Skip, at(2, 0), at(2, 2), 5 * time.Minute},
		{"nobody at the last step once more", ladder.Skip, at(2, 2), at(2, 3), 5 * time.Minute},
		{"nobody at a step that is there no more", ladder.Skip, at(9, 0), at(2, 2), 5 * time.Minute},
		{"nobody, of another policy", ladder.Skip, ladder.Position{Policy: "old"}, at(0, 0), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, wait := c.how(three, c.from); got != c.want || wait != c.wait {
				t.Errorf("%+v after %s, want %+v after %s", got, wait, c.want, c.wait)
			}
		})
	}
}

// TestStep has the step of a position, whatever became of the policy.
func TestStep(t *testing.T) {
	for position, want := range map[ladder.Position]ladder.Recipient{
		{Policy: "three", Step: 1}:  "duty:leader",
		{Policy: "three", Step: 9}:  "role:manager",
		{Policy: "three", Step: -1}: "duty:carer",
		{Policy: "old", Step: 2}:    "duty:carer",
	} {
		if got := three.Step(position).To[0]; got != want {
			t.Errorf("the step of %+v tells %s, want %s", position, got, want)
		}
	}
	if got := (ladder.Policy{}).Step(ladder.Position{}); got.To != nil {
		t.Errorf("a policy without steps tells %v", got.To)
	}
}

// TestAnyLadder climbs any policy from any position, while it is edited and
// steps are empty, and checks that it never ends and never spins: of any two
// steps taken in a row after the last was reached the second is due later, and
// every step of an unedited policy is visited in order.
func TestAnyLadder(t *testing.T) {
	policy := rapid.Custom(func(t *rapid.T) ladder.Policy {
		p := ladder.Policy{ID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"), AgainSeconds: rapid.IntRange(60, 3600).Draw(t, "again")}
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			p.Steps = append(p.Steps, ladder.Step{
				To: []ladder.Recipient{"resident"}, WaitSeconds: rapid.IntRange(10, 600).Draw(t, "wait"), Repeat: rapid.IntRange(0, 3).Draw(t, "repeat"),
			})
		}
		return p
	})
	t.Run("unedited", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := policy.Draw(t, "policy")
			at, taken := ladder.First(p), make([]int, len(p.Steps))
			for range 40 {
				taken[at.Step]++
				next, wait := ladder.Next(p, at)
				if wait < 10*time.Second {
					t.Fatalf("from %+v to %+v only %s pass", at, next, wait)
				}
				if next.Step != at.Step && (next.Step != at.Step+1 || next.Round != 0) {
					t.Fatalf("from %+v it goes to %+v", at, next)
				}
				at = next
			}
			for n, s := range p.Steps {
				if last := n == len(p.Steps)-1; !last && taken[n] != s.Repeat+1 || last && taken[n] <= s.Repeat+1 {
					t.Fatalf("of the steps %+v number %d was taken %d times", p.Steps, n, taken[n])
				}
			}
			table := ladder.Timetable(p)
			if lines := len(table); lines != total(p)+1 {
				t.Fatalf("of the steps %+v the timetable has %d lines, want %d", p.Steps, lines, total(p)+1)
			}
			for n, m := range table[1:] {
				if want, wait := ladder.Next(p, table[n].Position); m.Position != want || m.After != table[n].After+wait {
					t.Fatalf("after %+v the timetable has %+v", table[n], m)
				}
			}
		})
	})
	t.Run("edited, with empty steps", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := policy.Draw(t, "policy")
			at := ladder.Position{
				Policy: rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "of"),
				Step:   rapid.IntRange(-2, 9).Draw(t, "step"), Round: rapid.IntRange(-2, 9).Draw(t, "round"),
			}
			still := 0
			for range 40 {
				if rapid.IntRange(0, 9).Draw(t, "edit") == 0 {
					p, still = policy.Draw(t, "edited"), 0
				}
				how := rapid.SampledFrom([]func(ladder.Policy, ladder.Position) (ladder.Position, time.Duration){ladder.Next, ladder.Skip}).Draw(t, "how")
				next, wait := how(p, at)
				if next.Policy != p.ID || next.Step < 0 || next.Step >= len(p.Steps) || next.Round < 0 || next == at {
					t.Fatalf("from %+v it goes to %+v", at, next)
				}
				if still++; wait > 0 {
					still = 0
				}
				if still > len(p.Steps) {
					t.Fatalf("it went through %d steps in no time", still)
				}
				at = next
			}
		})
	})
}

// total counts how often the steps of a policy are taken before the last one
// goes on without end.
func total(p ladder.Policy) int {
	n := 0
	for _, s := range p.Steps {
		n += s.Repeat + 1
	}
	return n
}
