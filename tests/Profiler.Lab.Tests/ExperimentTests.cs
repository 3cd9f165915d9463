using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The experiment of 2018 in small: devices of a driver with one lock for all, released in four ways, with
/// the lock held across the reset and without.
/// </summary>
public sealed class Experiment
{
    public const int Devices = 6;

    public Experiment()
    {
        Output = Directory.CreateTempSubdirectory("vfioscope-experiment-").FullName;
        using Process process = Process.Start(new ProcessStartInfo(
            Path.Combine(LabGuest.Root, "tests/lab/experiment"), [Output, Devices.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Table = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, Table + errors.Result);
    }

    public string Output { get; }

    public string Table { get; }
}

public sealed class ExperimentTests(Experiment experiment) : IClassFixture<Experiment>
{
    [Theory]
    [InlineData("held", "exit")]
    [InlineData("held", "close")]
    [InlineData("held", "threads")]
    [InlineData("held", "processes")]
    [InlineData("dropped", "exit")]
    [InlineData("dropped", "close")]
    public void It_takes_a_second_for_each_device(string held, string mode) =>
        Assert.InRange(Releases(held, mode)["wall_ns"]!.GetValue<long>() / 1e9, 1.0 * Experiment.Devices, 1.5 * Experiment.Devices);

    [Theory]
    [InlineData("threads")]
    [InlineData("processes")]
    public void Without_the_lock_what_lets_go_at_once_takes_little_more_than_one_device(string mode) =>
        Assert.InRange(Releases("dropped", mode)["wall_ns"]!.GetValue<long>() / 1e9, 1.0, 3.0);

    [Theory]
    [InlineData("threads")]
    [InlineData("processes")]
    public void With_the_lock_the_last_one_waits_for_all_the_others_and_they_are_named(string mode)
    {
        JsonNode last = Report("held", mode)["shutdowns"]!.AsArray().SelectMany(s => s!["devices"]!.AsArray())
            .MaxBy(d => d!["lock_wait_ns"]!.GetValue<long>())!;
        Assert.InRange(last["lock_wait_ns"]!.GetValue<long>() / 1e9, Experiment.Devices - 1.5, 1.5 * Experiment.Devices);
        Assert.Equal(Experiment.Devices - 1, last["holders"]!.AsArray().Select(h => h!["bdf"]!.GetValue<string>()).Distinct().Count());
    }

    [Theory]
    [InlineData("held", "exit", "serial_exit")]
    [InlineData("held", "close", "serial_close")]
    [InlineData("held", "threads", "lock_held_across_release")]
    [InlineData("held", "processes", "lock_held_across_release")]
    [InlineData("dropped", "exit", "serial_exit")]
    [InlineData("dropped", "close", "serial_close")]
    [InlineData("dropped", "threads", "parallel")]
    [InlineData("dropped", "processes", "parallel")]
    public void The_reason_is_called_by_its_name_and_there_is_no_other(string held, string mode, string reason)
    {
        Assert.Equal(reason, Assert.Single(Releases(held, mode)["findings"]!.AsArray())!["id"]!.GetValue<string>());
        Assert.Contains(reason, experiment.Table, StringComparison.Ordinal);
    }

    private JsonNode Releases(string held, string mode) => Report(held, mode)["releases"]!;

    private JsonNode Report(string held, string mode) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Output, $"{held}-{mode}.json")))!;
}
