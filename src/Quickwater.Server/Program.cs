using Quickwater.Server;

IgnoredInterrupt.Undo();
return await QuickwaterCommand.RunAsync(args, CommandEnvironment.Process());
