/// How the pipeline works; the defaults are those of the settings.
package struct PipelineConfiguration: Sendable {
    /// Texts in one provider call at most (`BATCH_SIZE`).
    package var batchSize = 64
    /// Provider calls in flight at most (`PARALLEL_WORKERS`).
    package var parallelBatches = 4
    /// Least time between two provider calls (`BATCH_DELAY_MS`).
    package var batchDelay: Duration = .zero
    /// Jobs in one claim at most; fewer when the provider works in smaller steps.
    package var claimSize = 500
    /// Rows in one write at most.
    package var writeSize = 250
    /// Writes under way at once.
    package var parallelWrites = 3
    /// How long a claim lasts unless renewed (`LEASE_SECONDS`).
    package var lease: Duration = .seconds(60)
    /// Attempts of a document before it is a dead letter (`RETRY_ATTEMPTS`).
    package var retryAttempts = 5
    /// Claims beyond the attempts after which a document is parked: whoever claimed it ended without a word each time.
    package var silentClaims = 10
    /// The first delay of a retry, doubling from there (`RETRY_DELAY_MS`).
    package var retryDelay: Duration = .milliseconds(500)
    /// The longest delay of a retry.
    package var longestRetryDelay: Duration = .seconds(300)
    /// How often due jobs are looked for when none were found (`POLL_INTERVAL_MS`).
    package var pollInterval: Duration = .milliseconds(500)
    /// How often the tables are looked through for rows without job and vector (`RECONCILE_INTERVAL_SECONDS`).
    package var reconcileInterval: Duration = .seconds(3600)
    /// Rows in one page of backfill and reconcile.
    package var backfillPage = 1000
    /// Longest pause after a failure of the provider that did not say how long to wait.
    package var longestProviderPause: Duration = .seconds(10)
    /// Longest pause that a provider may ask for.
    package var longestAskedPause: Duration = .seconds(3600)
    /// Longest pause after a failure of the database.
    package var longestStorePause: Duration = .seconds(5)
    /// How often statistics and the pause flag are read while there is work.
    package var surveyInterval: Duration = .seconds(2)
    /// How often statistics are read when there is none.
    package var idleSurveyInterval: Duration = .seconds(15)
    /// How often jobs that a wrong clock dated too far ahead are looked for, and old changes pruned.
    package var tidyInterval: Duration = .seconds(10)
    /// How often the service is asked, without a call of the provider, which model it uses.
    package var modelCheckInterval: Duration = .seconds(30)
    /// How long finished jobs wait for company before they are written.
    package var writeDelay: Duration = .milliseconds(100)
    /// When a provider call is given up.
    package var embedTimeout: Duration = .seconds(120)
    /// Time from `stop` until `run` returns at most (`SHUTDOWN_GRACE_MS`).
    package var grace: Duration = .seconds(25)
    /// Whether private documents' texts may go to the provider: it is inside, or `EMBED_PRIVATE_REPOS` is set.
    package var embedsPrivate = false

    package init() {}
}
