package oncall

import "time"

// Plan is a schedule as it is written down.
type Plan struct {
	ID        string     `json:"id" yaml:"id"`
	Name      string     `json:"name,omitempty" yaml:"name"` // the id when empty
	Layers    []Layer    `json:"layers" yaml:"layers"`       // later layers cover earlier ones
	Overrides []Override `json:"overrides,omitempty" yaml:"overrides"`
	Swaps     []Swap     `json:"swaps,omitempty" yaml:"swaps"`
}

// Layer is one rotation in one zone, staffed in its windows.
type Layer struct {
	Name     string    `json:"name" yaml:"name"`
	Zone     string    `json:"zone" yaml:"zone"`                 // IANA time zone
	Windows  []Window  `json:"windows,omitempty" yaml:"windows"` // none: around the clock
	Rotation Rotation  `json:"rotation" yaml:"rotation"`
	Holidays []Holiday `json:"holidays,omitempty" yaml:"holidays"` // whole days of the layer's zone on which nobody works
}

// Window is a shift's local time, like 20:00 to 08:00. One that ends at or before
// its beginning ends on the next day, so equal times are a whole day. It belongs
// to the day on which it begins.
type Window struct {
	Days []string `json:"days,omitempty" yaml:"days"` // mon tue wed thu fri sat sun; none: every day
	From string   `json:"from" yaml:"from"`
	To   string   `json:"to" yaml:"to"` // 24:00 is allowed
}

// Unit is what a rotation counts.
type Unit string

// The units.
const (
	Days  Unit = "day"
	Weeks Unit = "week"
)

// Rotation is who takes turns. The first turn begins on the start date at the
// handover time, each next one Every units later on the layer's calendar; before
// the first nobody is on duty. A handover within a window divides that shift, so it
// belongs where shifts begin. A person may stand in the order several times.
type Rotation struct {
	People   []string `json:"people" yaml:"people"` // ids of engineers, in order
	Every    int      `json:"every" yaml:"every"`   // 1 to 366
	Unit     Unit     `json:"unit" yaml:"unit"`
	Handover string   `json:"handover" yaml:"handover"`     // local time of the layer
	Start    string   `json:"start" yaml:"start"`           // date; for weeks its weekday is the day of handover
	Seats    int      `json:"seats,omitempty" yaml:"seats"` // people on duty at once; 1 when 0
}

// Override puts somebody on duty from From until To: instead of everybody who is,
// or of one person (For), and then only while that person is on duty.
type Override struct {
	Who  string    `json:"who" yaml:"who"`
	For  string    `json:"for,omitempty" yaml:"for"`
	From time.Time `json:"from" yaml:"from"`
	To   time.Time `json:"to" yaml:"to"`
}

// Swap has two people serve each other's shifts from From until To. A shift that
// lies partly within is exchanged for that part.
type Swap struct {
	A    string    `json:"a" yaml:"a"`
	B    string    `json:"b" yaml:"b"`
	From time.Time `json:"from" yaml:"from"`
	To   time.Time `json:"to" yaml:"to"`
}
