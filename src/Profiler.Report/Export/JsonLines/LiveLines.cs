using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Report.Export.JsonLines;

/// <summary>
/// Writes the lines of a profile as things end. Lines are written by the thread that brings the events: a slow reader makes the kernel
/// count events as lost. A line has what was known then; names that are learned later are not in it.
/// </summary>
public sealed class LiveLines : IDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    // For opens that waited for them.
    private const int KeptReleases = 1024;

    private readonly Profile _profile;
    private readonly ActivityFilter _filter;
    private readonly TextWriter _to;
    private readonly TimeProvider _time;
    private readonly LineMaker _lines;
    private readonly LockNames _locks = new();
    private readonly MappingRates _rates = new();
    private readonly Queue<Operation> _releases = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Events, learned facts and the timer come from different threads: the lock serialises the writer.
    private readonly Lock _gate = new();
    private ImmutableArray<string> _told = [];
    private Exception? _failure;
    private ITimer? _looks;
    private bool _ended;

    /// <param name="profile">Not started yet.</param>
    /// <param name="filter">The part of it to write.</param>
    /// <param name="to">Must write at once.</param>
    /// <param name="time">The clock of the looks for losses.</param>
    public LiveLines(Profile profile, ActivityFilter filter, TextWriter to, TimeProvider time)
    {
        (_profile, _filter, _to, _time) = (profile, filter, to, time);
        _lines = new LineMaker(profile.Info, profile.Facts);
    }

    /// <summary>Something matched the filter.</summary>
    public bool Matched { get; private set; }

    /// <summary>Completes with the profile, or when writing fails; <see cref="Stop"/> reports the reason.</summary>
    public Task Completion => Task.WhenAny(_profile.Completion, _failed.Task);

    /// <summary>Writes the first line and starts the profile.</summary>
    public void Start()
    {
        Write(() => Put(_lines.Begin()));
        TellLosses();
        _profile.Activities.Subscribe(a => Write(() => Take(a)), _ => { }); // Stop reports the error
        _profile.Shutdowns.Subscribe(s => Write(() => Take(s)), _ => { });
        _profile.Starts.Subscribe(s => Write(() => Take(s)), _ => { });
        _profile.Facts.Learned += Take;
        _looks = _time.CreateTimer(_ => TellLosses(), null, LookPeriod, LookPeriod);
        _profile.Start();
    }

    /// <summary>Stops the profile, writes what ends with it, and the last line.</summary>
    /// <param name="stopProfile">Stops it, if others have to end with it; null: <see cref="Profile.Stop"/>.</param>
    /// <exception cref="IOException">Writing failed.</exception>
    public async Task Stop(Func<Task>? stopProfile = null)
    {
        // A look must not read the state while the profile stops.
        if (_looks is not null)
            await _looks.DisposeAsync();
        try
        {
            await (stopProfile ?? _profile.Stop)();
        }
        finally
        {
            ReportCapture capture = CaptureReport.Of(_profile.State());
            Write(() => Put(_lines.Of(capture, last: true)));
            lock (_gate)
                _ended = true;
        }
        if (_failure is not null)
            throw _failure;
    }

    public void Dispose()
    {
        _looks?.Dispose();
        _profile.Facts.Learned -= Take;
        lock (_gate)
            _ended = true;
    }

    private void Take(Activity activity)
    {
        if (activity is Operation named)
            _locks.Add(named);
        if (activity is Operation { Kind: OperationKind.Release } release)
        {
            _releases.Enqueue(release);
            if (_releases.Count > KeptReleases)
                _releases.Dequeue();
        }
        if (!_filter.Wants(activity, Vm))
            return;
        Matched = true;
        if (activity is StandaloneReset reset)
            Put(_lines.Of(reset));
        if (activity is not Operation operation)
            return;
        ShutdownReport report = Report();
        ReportDevice device = report.Of(operation);
        Put(_lines.Of(operation, device));
        if (operation.Kind.IsReset())
        {
            var subject = new LineSubject("user_reset", device.Pid, device.Comm, device.Vm, device.StartNs);
            foreach (ReportFinding finding in report.Of(OpenFindings.For([operation], [], _profile.Facts)))
                Put(_lines.Of(finding, operation.Time.EndNs, subject));
        }
    }

    private void Take(Shutdown shutdown)
    {
        if (_filter != ActivityFilter.None && !_filter.Wants(shutdown, Vm(shutdown.Task.Tgid)))
            return;
        Matched = true;
        ReportShutdown s = new ShutdownReport(_profile.Facts, _locks, _profile.Evidence()).Of(shutdown);
        foreach (JsonLine line in _lines.Of(s))
            Put(line);
    }

    private void Take(Start start)
    {
        _rates.Add(start);
        if (_filter != ActivityFilter.None && !_filter.Wants(start, Vm(start.Task.Tgid)))
            return;
        Matched = true;
        ReportStart s = new StartReport(_profile.Facts, Report(), [.. _releases], _rates).Of(start);
        foreach (JsonLine line in _lines.Of(s))
            Put(line);
    }

    private void Take(Fact fact)
    {
        if (fact is not ResetDamage damage || !_filter.WantsDevice(damage.Bdf) || !_filter.WantsProcess(damage.Tgid, Vm(damage.Tgid)))
            return;
        Write(() =>
        {
            foreach (ReportFinding finding in Report().Of([DamageFindings.Of(damage, _profile.Facts)]))
                Put(_lines.Of(finding, damage.EndNs));
        });
    }

    // As soon as figures may be wrong, and again when there is another reason: not only at the end, which may be far away.
    private void TellLosses()
    {
        ReportCapture capture = CaptureReport.Of(_profile.State());
        ImmutableArray<string> reasons = [.. capture.Problems.Where(p => p.MakesIncomplete).Select(p => p.Id).Distinct()];
        Write(() =>
        {
            if (reasons.All(_told.Contains))
                return;
            _told = reasons;
            Put(_lines.Of(capture, last: false));
        });
    }

    private string? Vm(int pid) => _profile.Facts.VmNames.GetValueOrDefault(pid);

    // Of operations and findings: no evidence is asked for.
    private ShutdownReport Report() => new(_profile.Facts, _locks, Evidence.Of([], []));

    private void Put(JsonLine line) => _to.Write(line.ToJson() + "\n");

    // What fails is told by Stop; after a part of a line nothing may follow.
    private void Write(Action lines)
    {
        lock (_gate)
        {
            if (_ended || _failure is not null)
                return;
            try
            {
                lines();
            }
            catch (IOException e)
            {
                _failure = e;
                _failed.SetResult();
            }
        }
    }
}
