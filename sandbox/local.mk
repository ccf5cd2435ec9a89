# sandbox: a local server of the API. Links the rules and nothing else of ours.
