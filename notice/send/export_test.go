package send

import "time"

// At stops the robot's clock.
func (r *robot) At(now time.Time) { r.now = func() time.Time { return now } }
