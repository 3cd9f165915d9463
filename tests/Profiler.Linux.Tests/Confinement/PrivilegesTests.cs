using System.Runtime.InteropServices;
using Profiler.Linux.Confinement;
using Profiler.Tests.Support;

namespace Profiler.Linux.Tests.Confinement;

/// <summary>What the kernel says to a thread that has given up its rights.</summary>
public sealed class PrivilegesTests
{
    [Fact]
    public void A_thread_without_rights_reads_and_does_nothing_else()
    {
        using var file = new TemporaryFile("text"u8.ToArray());
        (int Result, int Errno)[] answers = [];
        string[] status = [];
        Exception? error = null;
        // What is compiled just in time is compiled before: that needs memory that is executed.
        Try(file.Path);
        _ = Status();
        File.WriteAllText(file.Path, "text");
        var thread = new Thread(() =>
        {
            try
            {
                Privileges.DropOfThisThread();
                Privileges.FilterThisThread(ServingCalls.For(Environment.ProcessId));
                status = Status();
                answers = Try(file.Path);
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(error);
        Assert.Null(Privileges.LeftIn("it", status));
        Assert.True(answers[0].Result >= 0); // read
        Assert.All(answers[1..], answer => Assert.Equal((-1, Errno.EPERM), answer));
        Assert.Equal("text", File.ReadAllText(file.Path));
        // Others have what they had.
        Assert.Contains("Seccomp:\t0", File.ReadAllText("/proc/self/status"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CapEff:\t0000000000200000", "CapEff: 0000000000200000 in thread 5")]
    [InlineData("CapInh:\t0000000000000001", "CapInh: 0000000000000001 in thread 5")]
    [InlineData("CapAmb:\t0000000000000001", "CapAmb: 0000000000000001 in thread 5")]
    [InlineData("NoNewPrivs:\t0", "NoNewPrivs: 0 in thread 5")]
    [InlineData("Seccomp:\t0", "Seccomp: 0 in thread 5")]
    [InlineData("Seccomp:\t1", "Seccomp: 1 in thread 5")]
    [InlineData("Seccomp_filters:\t1", null)]
    public void Any_right_that_is_left_is_seen(string line, string? left)
    {
        string[] good = ["CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"];
        string name = line.Split(':')[0];
        Assert.Equal(left, Privileges.LeftIn("/proc/self/task/5", good.Where(l => l.Split(':')[0] != name).Append(line)));
    }

    [Fact]
    public void What_is_not_told_is_left() => Assert.Equal("CapInh: missing in thread 5", Privileges.LeftIn("5", []));

    [Fact]
    public async Task A_child_is_born_without_rights_and_has_the_descriptors_it_is_given()
    {
        using var output = new TemporaryFile([]);
        int fd = Posix.open(output.Path, Posix.O_RDWR | Posix.O_CLOEXEC);
        var child = ConfinedProcess.Start(
            "/bin/bash", ["named", "-c", $"cat /proc/self/status >&{fd}; echo $0 $A $B $(readlink /proc/self/fd/0 /proc/self/fd/1) >&{fd}; exit 7"], ["A=1", "PATH=/bin:/usr/bin"], [fd]);
        Assert.Equal(new ProcessEnd(7, 0), await child.Ended);
        _ = Posix.close(fd);
        string[] lines = File.ReadAllLines(output.Path);
        Assert.Null(Privileges.LeftIn("it", lines.Append("Seccomp: 2").Where(line => line != "Seccomp:\t0")));
        if (child.Left is null)
            Assert.Contains("CapBnd:\t0000000000000000", lines);
        Assert.Equal("named 1 /dev/null", lines[^1][.."named 1 /dev/null".Length]);
    }

    [Fact]
    public async Task How_a_child_ended_is_known()
    {
        var child = ConfinedProcess.Start("/bin/sleep", ["sleep", "100"], [], []);
        child.Signal(Signals.SIGTERM);
        Assert.Equal("was ended by SIGTERM", $"{await child.Ended}");
        child.Signal(Signals.SIGTERM); // nobody else gets it
        var none = Assert.Throws<InvalidOperationException>(() => ConfinedProcess.Start("/no/such", ["x"], [], []));
        Assert.Contains("No such file", none.Message, StringComparison.Ordinal);
    }

    private static string[] Status() => File.ReadAllLines("/proc/thread-self/status");

    private static (int, int)[] Try(string path) =>
    [
        Of(Posix.open(path, 0)), Of(Posix.open(path, Posix.O_WRONLY)), Of(Posix.open(path, Posix.O_RDWR)), Of(Posix.open(path, Posix.O_TRUNC)),
        Of(Posix.socketpair(Posix.AF_UNIX, Posix.SOCK_STREAM, 0, new int[2])), Of(Posix.kill(Environment.ProcessId, 0)),
    ];

    private static (int, int) Of(int result) => (Math.Min(result, 3), result < 0 ? Marshal.GetLastPInvokeError() : 0);
}
