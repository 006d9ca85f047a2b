package local

import "time"

// SetCloseTimeout changes how long Close waits for a request that has begun.
func SetCloseTimeout(s *System, timeout time.Duration) { s.listening.CloseTimeout = timeout }
