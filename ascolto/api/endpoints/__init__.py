"""The operations of the API, by what they are about. Each gets a Call and returns an Answer."""
