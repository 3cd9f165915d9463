using System.CommandLine;
using Profiler.Cli.Commands;
using Profiler.Cli.Usage;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Help;

/// <summary>The help of each command; the files beside this one are its text.</summary>
public class HelpTests
{
    public static TheoryData<string> Commands => ["", .. CommandLine.Create().Subcommands.Select(c => c.Name)];

    public static IEnumerable<object[]> Options =>
        CommandLine.Create().Subcommands.SelectMany(c => c.Options.Where(o => !o.Hidden).Select(o => new object[] { c.Name, o.Name }));

    [Theory]
    [MemberData(nameof(Commands))]
    public void It_is_as_in_its_file(string name) =>
        Golden.Equal(Golden.Beside($"{(name.Length == 0 ? "vfioscope" : name)}.txt"), HelpPage.Of(Named(name)));

    [Theory]
    [MemberData(nameof(Commands))]
    public void It_fits_in_80_columns_and_names_no_type_of_NET(string name)
    {
        string help = HelpPage.Of(Named(name));
        Assert.All(help.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        foreach (string word in new[] { "System.", "Choice", "TimeSpan", "Int32", "Boolean", "Nullable", "`", "00:00:0", "True", "False" })
            Assert.DoesNotContain(word, help, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_command_and_argument_is_described_and_has_an_example(string name)
    {
        Command command = Named(name);
        Assert.NotEmpty(command.Description!);
        Assert.All(command.Arguments, argument => Assert.NotEmpty(argument.Description!));
        Assert.NotEmpty(Examples.Of(command));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Its_examples_are_understood(string name)
    {
        foreach (string example in Examples.Of(Named(name)))
        {
            string[] words = example.Split(" | ")[0].Split(' ');
            RootCommand root = CommandLine.Create();
            CommandLine.Parse(root, [.. words.SkipWhile(word => word == "sudo").Skip(1)]);
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void An_option_is_described_and_its_value_has_a_name(string command, string name)
    {
        Option option = Named(command).Options.Single(o => o.Name == name);
        Assert.NotEmpty(option.Description!);
        if (!HelpPage.IsFlag(option))
            Assert.NotEqual("VALUE", HelpPage.ValueName(option));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void A_default_is_written_as_the_option_takes_it(string command, string name)
    {
        Option option = Named(command).Options.Single(o => o.Name == name);
        if (HelpPage.DefaultOf(option) is not { Length: > 0 } text)
            return;
        ParseResult parsed = option.Parents.OfType<Command>().First(c => c.Name == command).Parse([name, text]);
        Assert.DoesNotContain(parsed.Errors, error => error.Message.Contains(name, StringComparison.Ordinal) && error.Message.Contains(text, StringComparison.Ordinal));
        Assert.Equal(option.GetDefaultValue(), parsed.GetResult(option)!.GetValueOrDefault<object>());
    }

    private static Command Named(string name) =>
        CommandLine.Create() is var root && name.Length == 0 ? root : root.Subcommands.Single(c => c.Name == name);
}
