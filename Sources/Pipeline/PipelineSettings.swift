package import Settings

/// How stored rows are kept embedded.
package enum PipelineSettings {
    package static let batchDelay = Setting.integer(
        "BATCH_DELAY_MS",
        0,
        in: 0...3_600_000,
        "pause between pipeline batches"
    )
    package static let embedPrivateRepos = Setting.boolean(
        "EMBED_PRIVATE_REPOS",
        false,
        "send the text of private repos to cloud providers, too"
    )
    package static let pollInterval = Setting.integer(
        "POLL_INTERVAL_MS",
        500,
        in: 10...60_000,
        "how often an idle replica looks for due jobs"
    )
    package static let leaseSeconds = Setting.integer(
        "LEASE_SECONDS",
        60,
        in: 5...3600,
        "how long a replica holds a claimed job unless it renews the lease"
    )
    package static let reconcileInterval = Setting.integer(
        "RECONCILE_INTERVAL_SECONDS",
        3600,
        in: 10...604_800,
        "how often the table is swept for rows that no job covers"
    )

    /// In the order people read them.
    package static let all: [any AnySetting] = [
        embedPrivateRepos, pollInterval, leaseSeconds, reconcileInterval, batchDelay,
    ]
}

extension PipelineConfiguration {
    package init(_ settings: SettingValues) {
        self.init()
        batchDelay = .milliseconds(settings[PipelineSettings.batchDelay])
        lease = .seconds(settings[PipelineSettings.leaseSeconds])
        pollInterval = .milliseconds(settings[PipelineSettings.pollInterval])
        reconcileInterval = .seconds(settings[PipelineSettings.reconcileInterval])
        embedsPrivate = settings[PipelineSettings.embedPrivateRepos]
    }
}
