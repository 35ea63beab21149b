package rest

// Chinese lets the test of the message list translate one message.
func Chinese(a *API, message string) string { return a.chinese(message) }
