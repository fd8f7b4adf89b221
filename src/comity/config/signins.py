"""Sign-ins and sign-outs become acts in the ledger. Officers stand below the ledger, so they meet here."""
