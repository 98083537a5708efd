"""What a partner's engineer copies: gets tokens, receives and follows events, reconciles, asks and checks."""
