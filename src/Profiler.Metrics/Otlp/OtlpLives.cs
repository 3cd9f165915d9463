using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Statistics;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Otlp.Lives;
using Profiler.Metrics.Otlp.Messages;
using Profiler.Metrics.Otlp.Sending;
using Profiler.Metrics.Otlp.Targets;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Sends each shutdown and start as a trace, and each finding as a log record, as they end. They are made on the thread of the events, of
/// what has ended; the rest happens on other threads.
/// </summary>
public sealed class OtlpLives : IAsyncDisposable
{
    private const string Collector = "opentelemetry.proto.collector.";

    // Time limit of what is left at the end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Profile _profile;
    private readonly MetricsSource _source;
    private readonly OtlpSender? _traces, _logs;
    private readonly LifeSpans? _spans;
    private readonly FindingLogs? _findings;
    private readonly List<IDisposable> _subscriptions = [];
    private readonly Lock _reading = new();
    private TaskCompletionSource _readable = new();

    /// <param name="targets">Where to; traces, logs or both.</param>
    /// <param name="profile">Not started yet.</param>
    /// <param name="source">Counts the findings of the profile.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Logs the first of several failures, and one line when it works again.</param>
    /// <exception cref="UserException">An environment variable of OpenTelemetry has an invalid value.</exception>
    public OtlpLives(OtlpTargets targets, Profile profile, MetricsSource source, TimeProvider time, Log log)
    {
        (_profile, _source) = (profile, source);
        _readable.SetResult();
        var request = OtlpSettings.Checked(() => new OtlpRequest(OtlpResource.Of(profile.Info.Hostname, source.Version).Build(), source.Version));
        OtlpSender? Sender(OtlpSignal signal, string service) => targets[signal] is not { } target ? null : new OtlpSender(
            signal, target, new OtlpClient(target, Collector + service, source.Version), request, Problems, time, log);
        LifeIds? ids = targets.Traces is null ? null : new LifeIds($"{profile.Info.Hostname}/{profile.Info.StartNs}");
        _traces = Sender(OtlpSignal.Traces, "trace.v1.TraceService/Export");
        if (ids is not null)
        {
            _spans = new LifeSpans(profile.Facts, ids, profile.WallClock);
            // An error that ends the flow ends the profile, which reports it.
            _subscriptions.Add(profile.Shutdowns.Subscribe(s => _traces!.Add(_spans.Of(s)), _ => { }));
            _subscriptions.Add(profile.Starts.Subscribe(s => _traces!.Add(_spans.Of(s)), _ => { }));
        }
        _logs = Sender(OtlpSignal.Logs, "logs.v1.LogsService/Export");
        if (_logs is not null)
        {
            _findings = new FindingLogs(profile.Facts, ids, profile.WallClock, time);
            source.Found = Take;
            profile.Facts.Learned += Take;
        }
        source.Telemetry = () => [.. new[] { _traces?.Counts, _logs?.Counts }.OfType<OtlpCounts>()];
    }

    /// <summary>Call before the profile is stopped: nothing is sent until <see cref="Flush"/>, which then knows what was lost until the end.</summary>
    public void ProfileStops()
    {
        lock (_reading)
        {
            if (_readable.Task.IsCompleted)
                _readable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Sends what is left. The profile has been stopped: what was in progress has come.</summary>
    /// <param name="patience">How long that may take; by default 5 s.</param>
    public async Task Flush(TimeSpan? patience = null)
    {
        TimeSpan atMost = patience ?? Patience;
        lock (_reading)
            _readable.TrySetResult();
        await Task.WhenAll(_traces?.Flush(atMost) ?? Task.CompletedTask, _logs?.Flush(atMost) ?? Task.CompletedTask);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
        _source.Found = null;
        _profile.Facts.Learned -= Take;
        ProfileStops();
        if (_traces is not null)
            await _traces.DisposeAsync();
        if (_logs is not null)
            await _logs.DisposeAsync();
    }

    private void Take(FoundFinding found) => _logs!.Add([_findings!.Of(found)]);

    private void Take(Fact fact)
    {
        if (fact is ResetDamage damage)
            _logs!.Add([_findings!.Of(damage)]);
    }

    private async Task<IReadOnlyCollection<string>> Problems(CancellationToken stop)
    {
        while (true)
        {
            Task readable;
            lock (_reading)
            {
                readable = _readable.Task;
                if (readable.IsCompleted)
                    return [.. _profile.Health.Problems.Where(p => p.Kind.Impact == Impact.Incomplete).Select(p => p.Id).Distinct()];
            }
            await readable.WaitAsync(stop);
        }
    }
}
